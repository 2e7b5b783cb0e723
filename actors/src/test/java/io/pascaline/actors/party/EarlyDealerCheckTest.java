// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.state.AuditLog;
import io.pascaline.actors.state.Reservation;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.Watermark;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages of checks that reach a party before it has entered their epoch. */
@Timeout(240)
class EarlyDealerCheckTest extends DealerCheckFixture {
  private static final int CHECKS = 3;

  private final FusedNetwork network = Fixtures.residual(SEED);

  /** When the early messages arrive. */
  private enum Moment {
    /** The dealer's announcement of the epoch has not arrived. */
    BEFORE_ANNOUNCEMENT,
    /** The epoch is announced and is being written down. */
    ENTERING
  }

  /** Notes that an epoch begins only when it is told to. */
  private static final class HeldBegin implements Watermark {
    private final Watermark begun = Watermark.inMemory();
    private final CompletableFuture<Void> released = new CompletableFuture<>();

    @Override
    public CompletionStage<Void> begin(long epoch, long endNumber) {
      return released.thenCompose(now -> begun.begin(epoch, endNumber));
    }

    @Override
    public CompletionStage<Void> reserve(long epoch, long endNumber) {
      return begun.reserve(epoch, endNumber);
    }

    @Override
    public void close() {
      begun.close();
    }
  }

  /** Each check ends, and neither party ignores a message or leaves the epoch. */
  @ParameterizedTest(name = "party {0}, {1}")
  @CsvSource({"0, BEFORE_ANNOUNCEMENT", "1, BEFORE_ANNOUNCEMENT", "0, ENTERING", "1, ENTERING"})
  void shouldLoseNoCheckThatComesBeforeTheEpoch(int late, Moment moment) throws Exception {
    String name = "party " + late;
    HeldBegin begin = new HeldBegin();
    CompletableFuture<LinkMessage.EpochStart> announced = new CompletableFuture<>();
    Held held = new Held("party " + (1 - late), name);
    try (MemoryNetwork memory =
        network(
            role ->
                role.equals(name)
                    ? new RoleState(begin, AuditLog.off(), Reservation.BLOCK)
                    : RoleState.inMemory(),
            noting(
                (from, to, message) -> {
                  if (to.equals(name) && message instanceof LinkMessage.EpochStart start) {
                    announced.complete(start);
                    return List.of();
                  }
                  return held.takes(from, to, message) ? List.of() : List.of(message);
                }))) {
      LinkMessage.EpochStart start = announced.get(60, TimeUnit.SECONDS);
      int first = 1 - late;
      await("first epoch", () -> memory.counters(first).epochState().equals("running"));
      LinkMessage.SessionCheck request = LinkMessage.SessionCheck.request(start.epoch());
      for (int i = 0; i < CHECKS; i++) {
        if (late == 0) {
          held.takes("party 1", "party 0", request);
        } else {
          memory.deliver("party 1", "party 0", request);
        }
      }
      float[] image = Fixtures.image(random);
      CompletableFuture<InferenceResult> answer = memory.infer(image);
      await(
          "early messages",
          () ->
              held.checkCount() == CHECKS
                  && (late == 0 || held.has(LinkMessage.SessionOpen.class)));
      if (moment == Moment.ENTERING) {
        memory.deliver("dealer", name, start);
        await("entering", () -> memory.counters(late).epochState().equals("entering"));
        held.release(memory);
      } else {
        held.release(memory);
        memory.deliver("dealer", name, start);
      }
      begin.released.complete(null);

      Fixtures.assertAnswer(network, image, answer.get(60, TimeUnit.SECONDS), SEED);
      assertServes(network, memory, 4);
      awaitChecks(memory, CHECKS);
      for (int party = 0; party < 2; party++) {
        assertEquals(1, memory.counters(party).epochs());
        assertEquals(0, memory.counters(party).ignoredMessages());
        assertEquals(0, memory.counters(party).dealerChecksFailed());
      }
    }
    assertEquals(CHECKS, checked.size());
    assertEquals(5, given.size());
  }

  /** Messages that one party has sent and that have not reached the other. */
  private static final class Held {
    private final String from;
    private final String to;
    private final List<LinkMessage> messages = new ArrayList<>();
    private boolean isReleased;

    Held(String from, String to) {
      this.from = from;
      this.to = to;
    }

    synchronized boolean takes(String sender, String receiver, LinkMessage message) {
      return !isReleased && sender.equals(from) && receiver.equals(to) && messages.add(message);
    }

    synchronized boolean has(Class<? extends LinkMessage> kind) {
      return messages.stream().anyMatch(kind::isInstance);
    }

    synchronized long checkCount() {
      return messages.stream().filter(LinkMessage.SessionCheck.class::isInstance).count();
    }

    /** Delivers all of them, in order and before any message that is sent from now on. */
    synchronized void release(MemoryNetwork memory) {
      messages.forEach(each -> memory.deliver(from, to, each));
      isReleased = true;
    }
  }

  /** Messages for which there was no room are lost: the epoch ends, and the next one serves. */
  @Test
  void shouldEndTheEpochIfMoreComesEarlyThanIsKept() throws Exception {
    CompletableFuture<LinkMessage.EpochStart> first = new CompletableFuture<>();
    try (MemoryNetwork memory =
        network(
            role -> RoleState.inMemory(),
            noting(
                (from, to, message) -> {
                  boolean isHeld =
                      to.equals("party 0")
                          && message instanceof LinkMessage.EpochStart start
                          && first.complete(start);
                  return isHeld ? List.of() : List.of(message);
                }))) {
      LinkMessage.EpochStart start = first.get(60, TimeUnit.SECONDS);
      LinkMessage.SessionCheck request = LinkMessage.SessionCheck.request(start.epoch());
      for (int i = 0; i < 5 * PartyLimits.MAX_COUNT; i++) {
        memory.deliver("party 1", "party 0", request);
      }
      memory.deliver("dealer", "party 0", start);

      await("the next epoch", () -> memory.counters(0).epochs() > 1);
      assertServesAgain(network, memory);
      assertTrue(memory.counters(0).ignoredMessages() > 0);
    }
  }

  /** Parties that answer checks and, but for one session in a million, ask for none. */
  private MemoryNetwork network(
      Function<String, RoleState> states, MemoryNetwork.Tampering tampering) {
    return new MemoryNetwork(
        network,
        60_000,
        16,
        PartyLimits.defaults().forOnlyClient().toBuilder()
            .dealerCheckEvery(PartyLimits.MAX_CHECK_EVERY)
            .build(),
        List.of(Precomputation.of(4), Precomputation.of(4)),
        states,
        tampering);
  }
}
