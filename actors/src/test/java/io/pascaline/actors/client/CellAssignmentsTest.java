// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.client.CellAssignments.Assignment;
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
  private final CellAssignments cells =
      new CellAssignments(this::ask, CellGateways.none(), () -> nowNs);

  private CompletableFuture<String> ask(String avoided) {
    avoidedWhenAsked.add(avoided);
    asked.add(new CompletableFuture<>());
    return asked.get(asked.size() - 1);
  }

  private Assignment to(String cell) {
    return new Assignment(cell, nowNs, List.of());
  }

  private RequestId request() {
    return new RequestId(1, ++requests);
  }

  @Test
  void shouldSendBothSharesOfARequestToOneCell() {
    RequestId request = request();
    CompletableFuture<Assignment> first = cells.of(request);
    CompletableFuture<Assignment> second = cells.of(request);
    assertFalse(first.isDone());
    asked.get(0).complete("a");
    assertEquals("a", first.join().cell());
    assertEquals("a", second.join().cell());
    assertEquals(List.of(""), avoidedWhenAsked);
  }

  @Test
  void shouldUseACellThatAnAnswerAssignedOnceAndWhileItIsFresh() {
    cells.offer("a");
    assertEquals("a", cells.of(request()).join().cell());
    assertFalse(cells.of(request()).isDone(), "it is used up");

    cells.offer("b");
    nowNs += TimeUnit.SECONDS.toNanos(2);
    assertFalse(cells.of(request()).isDone(), "it is old");
  }

  @Test
  void shouldAvoidACellThatFailedForAWhile() {
    cells.offer("a");
    cells.failed(to("a"));
    cells.offer("a");
    assertFalse(cells.of(request()).isDone());
    assertEquals(List.of("a"), avoidedWhenAsked);

    nowNs += TimeUnit.SECONDS.toNanos(11);
    cells.offer("a");
    assertEquals("a", cells.of(request()).join().cell());
  }

  /** Each of several requests in flight keeps a cell, whatever the others do. */
  @Test
  void shouldKeepTheCellOfADirectAnswerFor5Seconds() {
    cells.keep(to("a"));
    cells.keep(to("b"));
    nowNs += TimeUnit.SECONDS.toNanos(4);
    Assignment first = cells.of(request()).join();
    Assignment second = cells.of(request()).join();
    assertEquals(List.of("b", "a"), List.of(first.cell(), second.cell()));

    cells.keep(first);
    nowNs += TimeUnit.SECONDS.toNanos(2);
    assertFalse(cells.of(request()).isDone(), "it was assigned 6 s ago");
    cells.keep(second);
    assertFalse(cells.of(request()).isDone(), "so was that");
  }

  @Test
  void shouldHaveAnotherCellAssignedAfterARefusal() {
    cells.keep(to("a"));
    cells.keep(to("b"));
    cells.refused(to("a"));
    assertEquals("b", cells.of(request()).join().cell());
    assertFalse(cells.of(request()).isDone());
    assertEquals(List.of(""), avoidedWhenAsked, "it is not avoided");

    cells.failed(to("b"));
    cells.keep(to("b"));
    assertFalse(cells.of(request()).isDone());
    assertEquals(List.of("", "b"), avoidedWhenAsked);
  }

  @Test
  void shouldFailBothSharesIfThereIsNoCell() {
    RequestId request = request();
    CompletableFuture<Assignment> first = cells.of(request);
    CompletableFuture<Assignment> second = cells.of(request);
    asked.get(0).completeExceptionally(new IllegalStateException("no cell"));
    assertTrue(first.isCompletedExceptionally() && second.isCompletedExceptionally());
  }

  @Test
  void shouldAskNobodyWhereThereAreNoCells() {
    assertEquals(CellAssignments.NO_CELL, CellAssignments.none().of(request()).join().cell());
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
