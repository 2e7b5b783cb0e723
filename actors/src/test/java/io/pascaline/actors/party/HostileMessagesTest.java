// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer or dealer that breaks the protocol ends the session it breaks, and nothing else. */
@Timeout(120)
class HostileMessagesTest {
  private static final long SEED = 31;
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

  /** Breaks one masked tensor of session 0, then expects that it fails and session 1 does not. */
  private void assertOnlyThatSessionFails(
      AbortReason expected, UnaryOperator<LinkMessage.MaskedTensor> breaking) throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (message instanceof LinkMessage.MaskedTensor tensor
                  && tensor.number() == 0
                  && from.equals("party 0")
                  && tensor.layer() == 2
                  && broken.compareAndSet(false, true)) {
                return List.of(breaking.apply(tensor));
              }
              return List.of(message);
            })) {
      CompletableFuture<InferenceResult> first = infer(memory, Fixtures.image(random));
      ExecutionException failed =
          assertThrows(ExecutionException.class, () -> first.get(60, TimeUnit.SECONDS));

      assertTrue(broken.get());
      assertEquals(expected, ((InferenceException) failed.getCause()).reason());
      assertServes(memory);
    }
  }

  @Test
  void shouldEndTheSessionOfATruncatedOpening() throws Exception {
    assertOnlyThatSessionFails(
        AbortReason.PROTOCOL_VIOLATION,
        tensor ->
            new LinkMessage.MaskedTensor(
                tensor.epoch(),
                tensor.number(),
                tensor.layer(),
                tensor.round(),
                Arrays.copyOf(tensor.words(), tensor.words().length - 1)));
  }

  @Test
  void shouldEndTheSessionOfAnOpeningForAnImpossibleStep() throws Exception {
    assertOnlyThatSessionFails(
        AbortReason.PROTOCOL_VIOLATION,
        tensor ->
            new LinkMessage.MaskedTensor(
                tensor.epoch(), tensor.number(), tensor.layer(), 7, tensor.words()));
  }

  @Test
  void shouldAnswerDespiteRepeatedAndStrayMessages() throws Exception {
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (message instanceof LinkMessage.Credit
                  || message instanceof LinkMessage.SessionOpen) {
                return List.of(message, message);
              }
              if (message instanceof LinkMessage.OutputShare) {
                return List.of(message, message);
              }
              if (message instanceof LinkMessage.MaskedTensor tensor && tensor.number() >= 0) {
                LinkMessage stray =
                    new LinkMessage.MaskedTensor(
                        tensor.epoch() + 1, tensor.number(), 99, 0, new int[5]);
                LinkMessage farAhead =
                    new LinkMessage.MaskedTensor(
                        tensor.epoch(), Long.MAX_VALUE, tensor.layer(), 0, tensor.words().clone());
                return List.of(stray, farAhead, message);
              }
              return List.of(message);
            })) {
      for (int i = 0; i < 5; i++) {
        assertServes(memory);
      }
      assertTrue(memory.counters(0).ignoredMessages() > 0);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldAnswerWhateverTheOrderOfPeersMessages(long seed) throws Exception {
    SplittableRandom shuffle = new SplittableRandom(seed);
    List<LinkMessage> held = new ArrayList<>();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (!(message instanceof LinkMessage.MaskedTensor) || !to.equals("party 1")) {
                return List.of(message);
              }
              synchronized (held) {
                // Holds back one message at most, so that nothing waits for ever.
                List<LinkMessage> arriving = new ArrayList<>();
                if (held.isEmpty()
                    && shuffle.nextInt(3) == 0
                    && ((LinkMessage.MaskedTensor) message).number() < 0) {
                  held.add(message);
                } else {
                  arriving.add(message);
                  arriving.addAll(held);
                  held.clear();
                }
                return arriving;
              }
            })) {
      assertServes(memory);
      assertServes(memory);
    }
  }

  @Test
  void shouldEndAtTheDeadlineWhenThePeerFallsSilent() throws Exception {
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            2_000,
            16,
            (from, to, message) ->
                message instanceof LinkMessage.MaskedTensor tensor
                        && tensor.number() == 0
                        && tensor.layer() == 2
                    ? List.of()
                    : List.of(message))) {
      CompletableFuture<InferenceResult> silent = infer(memory, Fixtures.image(random));
      ExecutionException failed =
          assertThrows(ExecutionException.class, () -> silent.get(60, TimeUnit.SECONDS));

      assertEquals(AbortReason.DEADLINE, ((InferenceException) failed.getCause()).reason());
      assertServes(memory);
    }
  }

  @Test
  void shouldEndTheSessionOfACorrectionThatIsTooShort() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            2_000,
            16,
            (from, to, message) ->
                message instanceof LinkMessage.Correction correction
                        && correction.number() == 1
                        && broken.compareAndSet(false, true)
                    ? List.of(
                        new LinkMessage.Correction(
                            correction.epoch(), 1, correction.layer(), new int[1]))
                    : List.of(message))) {
      assertServes(memory);
      CompletableFuture<InferenceResult> starved = infer(memory, Fixtures.image(random));
      ExecutionException failed =
          assertThrows(ExecutionException.class, () -> starved.get(60, TimeUnit.SECONDS));
      assertTrue(broken.get());
      assertEquals(
          AbortReason.PROTOCOL_VIOLATION, ((InferenceException) failed.getCause()).reason());
      for (int i = 0; i < 80; i++) {
        assertServes(memory);
      }
    }
  }

  @Test
  void shouldDiscardAbandonedSessionsAndServeManyMore() throws Exception {
    AtomicBoolean dropping = new AtomicBoolean(true);
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            500,
            16,
            (from, to, message) ->
                dropping.get()
                        && message instanceof LinkMessage.MaskedTensor tensor
                        && tensor.number() >= 0
                        && tensor.layer() == 0
                    ? List.of()
                    : List.of(message))) {
      List<CompletableFuture<InferenceResult>> lost = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        lost.add(infer(memory, Fixtures.image(random)));
      }
      for (CompletableFuture<InferenceResult> result : lost) {
        assertThrows(ExecutionException.class, () -> result.get(60, TimeUnit.SECONDS));
      }
      dropping.set(false);
      int served = 0;
      for (int attempt = 0; attempt < 50 && served < 12; attempt++) {
        float[] image = Fixtures.image(random);
        try {
          Fixtures.assertAnswer(
              network, image, infer(memory, image).get(60, TimeUnit.SECONDS), SEED);
          served++;
        } catch (ExecutionException late) {
          assertEquals(AbortReason.DEADLINE, ((InferenceException) late.getCause()).reason());
        }
      }
      assertEquals(12, served);
    }
  }

  @Test
  void shouldServeOnAfterCancelsThatCrossTheirSessionsOpening() throws Exception {
    AtomicInteger cancelled = new AtomicInteger();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (message instanceof LinkMessage.InputShare share
                  && to.equals("party 1")
                  && cancelled.incrementAndGet() <= 10) {
                return List.of(
                    message,
                    new LinkMessage.RequestAbort(
                        0,
                        LinkMessage.NO_SESSION,
                        share.request(),
                        AbortReason.CANCELLED,
                        "crossing"));
              }
              return List.of(message);
            })) {
      for (int i = 0; i < 10; i++) {
        CompletableFuture<InferenceResult> crossed = infer(memory, Fixtures.image(random));
        try {
          crossed.get(60, TimeUnit.SECONDS); // The answer was quicker than the cancel.
        } catch (ExecutionException ended) {
          assertEquals(AbortReason.CANCELLED, ((InferenceException) ended.getCause()).reason());
        }
      }
      for (int i = 0; i < 10; i++) {
        assertServes(memory);
      }
    }
  }

  /** Party 1 hears of the epoch when as many sessions as it buffers have begun and ended in it. */
  @Test
  void shouldForgetSessionsThatEndedBeforeTheEpochWasHeardOf() throws Exception {
    CompletableFuture<LinkMessage> announcement = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch aborts = new CountDownLatch(4);
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            2_000,
            16,
            (from, to, message) -> {
              if (message instanceof LinkMessage.EpochStart && to.equals("party 1")) {
                // Held back once; those of later epochs pass.
                return announcement.complete(message) ? List.of() : List.of(message);
              }
              if (message instanceof LinkMessage.MaskedTensor && from.equals("party 0")) {
                begun.countDown();
              }
              if (message instanceof LinkMessage.RequestAbort abort
                  && from.equals("party 0")
                  && to.equals("party 1")
                  && abort.number() >= 0) {
                aborts.countDown();
              }
              return List.of(message);
            })) {
      assertTrue(begun.await(60, TimeUnit.SECONDS), "party 0 did not begin the epoch");
      List<CompletableFuture<InferenceResult>> lost = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        lost.add(infer(memory, Fixtures.image(random)));
      }
      for (CompletableFuture<InferenceResult> result : lost) {
        assertThrows(ExecutionException.class, () -> result.get(60, TimeUnit.SECONDS));
      }
      assertTrue(aborts.await(60, TimeUnit.SECONDS), "party 0 did not end its sessions");
      memory.deliver("dealer", "party 1", announcement.get(60, TimeUnit.SECONDS));
      assertServesWithin(memory, 20);
    }
  }

  @Test
  void shouldServeOthersWhileOneSessionIsStuck() throws Exception {
    AtomicBoolean dropped = new AtomicBoolean();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) ->
                message instanceof LinkMessage.InputShare
                        && to.equals("party 1")
                        && dropped.compareAndSet(false, true)
                    ? List.of()
                    : List.of(message))) {
      CompletableFuture<InferenceResult> stuck = infer(memory, Fixtures.image(random));
      for (int i = 0; i < 100; i++) {
        assertServes(memory);
      }
      assertFalse(stuck.isDone());
    }
  }

  @ParameterizedTest(name = "at {0}")
  @ValueSource(strings = {"party 0", "party 1"})
  void shouldBeginAnewAfterABrokenOpeningOfTheWeights(String victim) throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            5_000,
            16,
            (from, to, message) ->
                message instanceof LinkMessage.MaskedTensor tensor
                        && tensor.number() < 0
                        && to.equals(victim)
                        && broken.compareAndSet(false, true)
                    ? List.of(
                        new LinkMessage.MaskedTensor(
                            tensor.epoch(), -1, tensor.layer(), 0, new int[1]))
                    : List.of(message))) {
      assertServesWithin(memory, 20);
      assertTrue(broken.get());
    }
  }

  @Test
  void shouldBeginAnewAfterALostSessionOpening() throws Exception {
    AtomicBoolean dropped = new AtomicBoolean();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            2_000,
            16,
            (from, to, message) ->
                message instanceof LinkMessage.SessionOpen open
                        && open.number() == 1
                        && dropped.compareAndSet(false, true)
                    ? List.of()
                    : List.of(message))) {
      assertServes(memory);
      assertServesWithin(memory, 20);
      assertTrue(dropped.get());
      assertServesWithin(memory, 20);
    }
  }

  /** Some answer comes after some attempts, each of which ends; every answer is right. */
  private void assertServesWithin(MemoryNetwork memory, int attempts) throws Exception {
    for (int attempt = 1; ; attempt++) {
      float[] image = Fixtures.image(random);
      try {
        Fixtures.assertAnswer(network, image, infer(memory, image).get(60, TimeUnit.SECONDS), SEED);
        return;
      } catch (ExecutionException ended) {
        if (attempt == attempts) {
          throw ended;
        }
      }
    }
  }
}
