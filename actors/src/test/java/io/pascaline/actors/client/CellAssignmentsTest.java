// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.link.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CellAssignmentsTest {
  private final List<String> avoidedWhenAsked = new ArrayList<>();
  private final List<CompletableFuture<String>> asked = new ArrayList<>();
  private long nowNs;
  private long requests;
  private final CellAssignments cells = new CellAssignments(this::ask, () -> nowNs);

  private CompletableFuture<String> ask(String avoided) {
    avoidedWhenAsked.add(avoided);
    asked.add(new CompletableFuture<>());
    return asked.get(asked.size() - 1);
  }

  private RequestId request() {
    return new RequestId(1, ++requests);
  }

  @Test
  void shouldSendBothSharesOfARequestToOneCell() {
    RequestId request = request();
    CompletableFuture<String> first = cells.of(request);
    CompletableFuture<String> second = cells.of(request);
    assertFalse(first.isDone());
    asked.get(0).complete("a");
    assertEquals("a", first.join());
    assertEquals("a", second.join());
    assertEquals(List.of(""), avoidedWhenAsked);
  }

  @Test
  void shouldUseACellThatAnAnswerAssignedOnceAndWhileItIsFresh() {
    cells.offer("a");
    assertEquals("a", cells.of(request()).join());
    assertFalse(cells.of(request()).isDone(), "it is used up");

    cells.offer("b");
    nowNs += TimeUnit.SECONDS.toNanos(2);
    assertFalse(cells.of(request()).isDone(), "it is old");
  }

  @Test
  void shouldAvoidACellThatFailedForAWhile() {
    cells.offer("a");
    cells.failed("a");
    cells.offer("a");
    assertFalse(cells.of(request()).isDone());
    assertEquals(List.of("a"), avoidedWhenAsked);

    nowNs += TimeUnit.SECONDS.toNanos(11);
    cells.offer("a");
    assertEquals("a", cells.of(request()).join());
  }

  @Test
  void shouldFailBothSharesIfThereIsNoCell() {
    RequestId request = request();
    CompletableFuture<String> first = cells.of(request);
    CompletableFuture<String> second = cells.of(request);
    asked.get(0).completeExceptionally(new IllegalStateException("no cell"));
    assertTrue(first.isCompletedExceptionally() && second.isCompletedExceptionally());
  }

  @Test
  void shouldAskNobodyWhereThereAreNoCells() {
    assertEquals(CellAssignments.NO_CELL, CellAssignments.none().of(request()).join());
  }

  /** What is cancelled while its cell is being assigned is not sent any more. */
  @Test
  void shouldNotStartWhatIsCancelled() {
    CompletableFuture<String> assigned = new CompletableFuture<>();
    List<String> started = new ArrayList<>();
    CompletableFuture<String> sent =
        Cancelling.after(
            assigned,
            cell -> {
              started.add(cell);
              return new CompletableFuture<>();
            });
    sent.cancel(true);
    assigned.complete("a");
    assertEquals(List.of(), started);
  }

  @Test
  void shouldCancelWhatHasStarted() {
    CompletableFuture<String> assigned = new CompletableFuture<>();
    CompletableFuture<String> running = new CompletableFuture<>();
    CompletableFuture<String> sent = Cancelling.after(assigned, cell -> running);
    assigned.complete("a");
    sent.cancel(true);
    assertTrue(running.isCancelled());
  }
}
