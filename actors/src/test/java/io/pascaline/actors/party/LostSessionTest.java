// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions that are lost to a fault of their own, of an epoch or of the peer. */
@Timeout(120)
class LostSessionTest {
  private static final long SEED = 47;

  private final FusedNetwork network = Fixtures.residual(SEED);
  private final SplittableRandom random = new SplittableRandom(SEED);

  private CompletableFuture<InferenceResult> infer(MemoryNetwork memory, float[] image) {
    return memory.infer(image);
  }

  private void assertServes(MemoryNetwork memory) throws Exception {
    float[] image = Fixtures.image(random);
    Fixtures.assertAnswer(network, image, infer(memory, image).get(60, TimeUnit.SECONDS), SEED);
    assertEquals(List.of(), memory.fatal());
  }

  private static AbortReason reasonOf(CompletableFuture<InferenceResult> result) {
    ExecutionException failed =
        assertThrows(ExecutionException.class, () -> result.get(60, TimeUnit.SECONDS));
    return ((InferenceException) failed.getCause()).reason();
  }

  private static void await(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNs, "a minute is long enough");
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
    }
  }

  /** One place for the client, and it comes back: so do the number and what it stands for. */
  @Test
  void shouldEndASessionWhoseActorFailsAndServeTheNext() throws Exception {
    AtomicInteger faults = new AtomicInteger(5);
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            1,
            PartyLimits.builder().maxQueued(1).clientQuota(1, 0).build(),
            name -> RoleState.inMemory(),
            (from, to, message) -> {
              if (message instanceof LinkMessage.OutputShare
                  && from.equals("party 0")
                  && faults.getAndDecrement() > 0) {
                throw new IllegalStateException("a fault of this test");
              }
              return List.of(message);
            })) {
      for (int i = 0; i < 5; i++) {
        assertEquals(AbortReason.INTERNAL, reasonOf(infer(memory, Fixtures.image(random))));
      }
      for (int i = 0; i < 10; i++) {
        assertServes(memory);
      }
      assertEquals(5, memory.counters(0).failures(AbortReason.INTERNAL));
      await(() -> memory.counters(0).sessionsInFlight() == 0);
      await(() -> memory.counters(1).sessionsInFlight() == 0);
      assertEquals(1, memory.counters(0).epochs());
    }
  }

  /** The client hears of it first and ends its requests; the party that is left knows why. */
  @Test
  void shouldCountSessionsThatThePeersLossEndedAsSuch() throws Exception {
    AtomicBoolean vanished = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (from.equals("party 1") && message instanceof LinkMessage.MaskedTensor tensor) {
                if (tensor.number() >= 0 && vanished.compareAndSet(false, true)) {
                  begun.countDown();
                }
              }
              return vanished.get() && from.equals("party 1") ? List.of() : List.of(message);
            })) {
      CompletableFuture<InferenceResult> cutOff = infer(memory, Fixtures.image(random));
      assertTrue(begun.await(60, TimeUnit.SECONDS));
      memory.cut("client", "party 1");
      assertEquals(AbortReason.PEER_LOST, reasonOf(cutOff));
      await(() -> memory.counters(0).failures(AbortReason.PEER_LOST) == 1);
      assertEquals(0, memory.counters(0).failures(AbortReason.CANCELLED));
    }
  }

  /** Numbers count from 0 in each epoch: an abort that names another epoch is about nothing. */
  @Test
  void shouldIgnoreAbortsOfAnotherEpoch() throws Exception {
    CompletableFuture<LinkMessage.SessionOpen> opened = new CompletableFuture<>();
    CompletableFuture<LinkMessage> held = new CompletableFuture<>();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (message instanceof LinkMessage.SessionOpen open) {
                opened.complete(open);
              }
              return message instanceof LinkMessage.MaskedTensor tensor
                      && tensor.number() == 0
                      && from.equals("party 0")
                      && held.complete(message)
                  ? List.of()
                  : List.of(message);
            })) {
      float[] image = Fixtures.image(random);
      CompletableFuture<InferenceResult> inFlight = infer(memory, image);
      LinkMessage.SessionOpen open = opened.get(60, TimeUnit.SECONDS);
      LinkMessage opening = held.get(60, TimeUnit.SECONDS);
      for (long number : new long[] {open.number(), 1, 1_000_000}) {
        LinkMessage abort =
            new LinkMessage.RequestAbort(
                open.epoch() + 1, number, open.request(), AbortReason.INTERNAL, "of another epoch");
        memory.deliver("party 0", "party 1", abort);
        memory.deliver("party 1", "party 0", abort);
      }
      memory.deliver("party 0", "party 1", opening);
      Fixtures.assertAnswer(network, image, inFlight.get(60, TimeUnit.SECONDS), SEED);
      assertServes(memory);
    }
  }

  /** A session has its number, whatever id an abort names with it. */
  @Test
  void shouldEndTheSessionOfTheNumberThatThePeerNames() throws Exception {
    CompletableFuture<LinkMessage.SessionOpen> opened = new CompletableFuture<>();
    AtomicBoolean isHeld = new AtomicBoolean();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (message instanceof LinkMessage.SessionOpen open) {
                opened.complete(open);
              }
              return message instanceof LinkMessage.MaskedTensor tensor
                      && tensor.number() == 0
                      && from.equals("party 0")
                      && isHeld.compareAndSet(false, true)
                  ? List.of()
                  : List.of(message);
            })) {
      CompletableFuture<InferenceResult> ended = infer(memory, Fixtures.image(random));
      LinkMessage.SessionOpen open = opened.get(60, TimeUnit.SECONDS);
      await(isHeld::get);
      memory.deliver(
          "party 0",
          "party 1",
          new LinkMessage.RequestAbort(
              open.epoch(), open.number(), new RequestId(1, 2), AbortReason.INTERNAL, "test"));
      assertEquals(AbortReason.INTERNAL, reasonOf(ended));
      for (int i = 0; i < 10; i++) {
        assertServes(memory);
      }
      await(() -> memory.counters(0).sessionsInFlight() == 0);
      await(() -> memory.counters(1).sessionsInFlight() == 0);
    }
  }
}
