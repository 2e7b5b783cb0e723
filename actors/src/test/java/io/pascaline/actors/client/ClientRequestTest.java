// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.client.ClientRequest.Stage;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.RequestId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The transitions of a request, and what follows the end of an attempt. */
class ClientRequestTest {
  private static final long TIMEOUT_MS = 10_000;
  private static final int ATTEMPTS = 3;
  private static final Retries RETRIES = new Retries(ATTEMPTS, 100, 100);
  private static final Client.Failed LOST = new Client.Failed(AbortReason.PEER_LOST, "gone", 0);
  private static final Client.Failed BUSY = new Client.Failed(AbortReason.OVERLOADED, "busy", 0);
  private static final int[] WORDS = {1, 2};

  private final ClientRequest request = new ClientRequest(null, List.of(new int[1]), TIMEOUT_MS, 0);
  private long nextId;

  private enum Event {
    BEGIN,
    ASK,
    OUTPUT,
    ATTEMPT_ENDED,
    END
  }

  private void apply(Event event) {
    Runnable transition =
        switch (event) {
          case BEGIN -> () -> request.begin(new RequestId(7, nextId++), 2);
          case ASK -> request::ask;
          case OUTPUT -> () -> request.takeOutput(0, WORDS, 0);
          case ATTEMPT_ENDED -> () -> ended(LOST, 0);
          case END -> request::end;
        };
    transition.run();
  }

  private ClientRequest.Next ended(Client.Failed failed, long nowMs) {
    return request.attemptEnded(failed, RETRIES, () -> 0.5, TimeUnit.MILLISECONDS.toNanos(nowMs));
  }

  private void reach(Stage stage) {
    List<Event> events =
        switch (stage) {
          case PAUSED -> List.of();
          case WAITING -> List.of(Event.BEGIN);
          case ASKED -> List.of(Event.BEGIN, Event.ASK);
          case OVER -> List.of(Event.END);
        };
    events.forEach(this::apply);
    assertEquals(stage, request.stage());
  }

  /** The table: where each event leads from each stage; nowhere if it may not happen there. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "PAUSED, WAITING, , , , OVER",
    "WAITING, , ASKED, , PAUSED, OVER",
    "ASKED, , , ASKED, PAUSED, OVER",
    "OVER, , , , , "
  })
  void shouldChangeByTheTable(
      Stage from, Stage begin, Stage ask, Stage output, Stage attemptEnded, Stage end) {
    Stage[] to = {begin, ask, output, attemptEnded, end};
    for (Event event : Event.values()) {
      ClientRequestTest fresh = new ClientRequestTest();
      fresh.reach(from);
      if (to[event.ordinal()] == null) {
        assertThrows(IllegalStateException.class, () -> fresh.apply(event), event::toString);
        assertEquals(from, fresh.request.stage());
      } else {
        fresh.apply(event);
        assertEquals(to[event.ordinal()], fresh.request.stage(), event::toString);
      }
    }
  }

  @Test
  void shouldHaveAnotherIdAndNoOutputInEachAttempt() {
    reach(Stage.ASKED);
    assertFalse(request.takeOutput(0, WORDS, 1));
    RequestId first = request.id();
    ended(LOST, 0);
    apply(Event.BEGIN);
    apply(Event.ASK);
    assertFalse(first.equals(request.id()));
    assertFalse(request.takeOutput(1, WORDS, 2));
    assertTrue(request.takeOutput(0, WORDS, 3));
    assertEquals(2, request.firstOutputNs());
  }

  @Test
  void shouldFailOnceItsAttemptsAreUsed() {
    for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
      reachAgain();
      assertEquals(ClientRequest.Again.class, ended(LOST, 0).getClass());
    }
    reachAgain();
    assertEquals(new ClientRequest.Failing(LOST), ended(LOST, 0));
    assertEquals(Stage.ASKED, request.stage());
  }

  private void reachAgain() {
    apply(Event.BEGIN);
    apply(Event.ASK);
  }

  @Test
  void shouldRepeatRefusalsUntilTheDeadline() {
    for (int refusal = 0; refusal < 2 * ATTEMPTS; refusal++) {
      reachAgain();
      assertEquals(ClientRequest.Again.class, ended(BUSY, 0).getClass());
      assertNull(request.lateRefusalOrNull());
    }
    reachAgain();
    assertNotNull(ended(BUSY, TIMEOUT_MS / 2));
    assertSame(BUSY, request.lateRefusalOrNull());
    reachAgain();
    ClientRequest.Failing failing = (ClientRequest.Failing) ended(BUSY, TIMEOUT_MS - 1);
    assertEquals(AbortReason.OVERLOADED, failing.failed().reason());
    assertTrue(failing.failed().retryAfterMs() > 0);
  }
}
