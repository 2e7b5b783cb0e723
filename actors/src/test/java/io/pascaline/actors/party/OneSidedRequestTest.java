// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of which one half alone is sent: they end soon, however long they ask to be kept. */
@Timeout(120)
class OneSidedRequestTest {
  private static final long SEED = 51;
  private static final int HALVES = 3;
  private static final long ASKED_MS = 600_000;
  private static final PartyLimits LIMITS =
      PartyLimits.builder().otherShareTimeoutMs(2_000).build();

  private final FusedNetwork network = Fixtures.residual(SEED);
  private final SplittableRandom random = new SplittableRandom(SEED);

  private MemoryNetwork network(int maxSessions, MemoryNetwork.Tampering tampering) {
    return new MemoryNetwork(
        network, ASKED_MS, maxSessions, LIMITS, name -> RoleState.inMemory(), tampering);
  }

  @ParameterizedTest(name = "to party {0}")
  @ValueSource(ints = {0, 1})
  void shouldEndWhenTheOtherHalfDoesNotCome(int party) throws Exception {
    try (MemoryNetwork memory = network(16, (from, to, message) -> List.of(message))) {
      serve(memory);
      for (int i = 0; i < HALVES; i++) {
        memory.deliver("client", "party " + party, half());
      }
      PartyCounters counters = memory.counters(party);
      await(() -> counters.failures(AbortReason.CLIENT_LOST) == HALVES);
      for (int other = 0; other < 2; other++) {
        PartyCounters left = memory.counters(other);
        await(() -> left.sessionsInFlight() == 0 && left.sessionsQueued() == 0);
      }
      serve(memory);
      assertEquals(HALVES, counters.failures(AbortReason.CLIENT_LOST));
      assertEquals(List.of(), memory.fatal());
    }
  }

  /** While nothing gets a number, party 0 would keep halves until the deadline that they name. */
  @Test
  void shouldEndHalvesInTheQueueAndNotWholeRequests() throws Exception {
    PartyLimits limits = PartyLimits.builder().otherShareTimeoutMs(500).build();
    AtomicBoolean isHeld = new AtomicBoolean(true);
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            ASKED_MS,
            1,
            limits,
            name -> RoleState.inMemory(),
            (from, to, message) ->
                isHeld.get()
                        && message instanceof LinkMessage.MaskedTensor tensor
                        && tensor.number() == 0
                        && from.equals("party 1")
                    ? List.of()
                    : List.of(message))) {
      CompletableFuture<InferenceResult> held = infer(memory, Fixtures.image(random), 6_000);
      await(() -> memory.counters(0).sessionsInFlight() == 1);
      float[] image = Fixtures.image(random);
      CompletableFuture<InferenceResult> whole = infer(memory, image, ASKED_MS);
      for (int i = 0; i < HALVES; i++) {
        memory.deliver("client", "party 0", half());
      }
      await(() -> memory.counters(0).failures(AbortReason.CLIENT_LOST) == HALVES);
      assertFalse(held.isDone(), "nothing else was to get a number meanwhile");
      assertFalse(whole.isDone());
      isHeld.set(false);
      Fixtures.assertAnswer(network, image, whole.get(60, TimeUnit.SECONDS), SEED);
      assertThrows(ExecutionException.class, () -> held.get(60, TimeUnit.SECONDS));
      assertEquals(HALVES, memory.counters(0).failures(AbortReason.CLIENT_LOST));
    }
  }

  /** Both halves may wait for longer than one alone: party 1 asks, and is not told to end it. */
  @Test
  void shouldLetWholeRequestsWaitForTheirTurn() throws Exception {
    long heldMs = 2 * LIMITS.otherShareTimeoutMs() + 500;
    try (MemoryNetwork memory =
        network(
            1,
            (from, to, message) ->
                message instanceof LinkMessage.MaskedTensor tensor
                        && tensor.number() == 0
                        && from.equals("party 1")
                    ? List.of()
                    : List.of(message))) {
      CompletableFuture<InferenceResult> held = infer(memory, Fixtures.image(random), heldMs);
      await(() -> memory.counters(0).sessionsInFlight() == 1);
      long startNs = System.nanoTime();
      serve(memory);
      assertTrue(
          System.nanoTime() - startNs > TimeUnit.MILLISECONDS.toNanos(LIMITS.otherShareTimeoutMs()),
          "the second did not wait for the first");
      assertThrows(ExecutionException.class, () -> held.get(60, TimeUnit.SECONDS));
    }
  }

  private LinkMessage half() {
    return new LinkMessage.InputShare(
        new RequestId(random.nextLong(), random.nextLong()),
        ASKED_MS,
        new int[network.plan().inputWordCount()]);
  }

  private void serve(MemoryNetwork memory) throws Exception {
    float[] image = Fixtures.image(random);
    Fixtures.assertAnswer(
        network, image, infer(memory, image, ASKED_MS).get(60, TimeUnit.SECONDS), SEED);
  }

  private CompletableFuture<InferenceResult> infer(
      MemoryNetwork memory, float[] image, long timeoutMs) {
    return memory.infer(image, timeoutMs);
  }

  private static void await(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNs, "a minute is long enough");
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
    }
  }
}
