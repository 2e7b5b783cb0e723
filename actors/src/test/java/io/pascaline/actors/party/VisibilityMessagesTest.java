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
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which messages pass between the roles, whoever knows the weights, and which are refused. */
@Timeout(120)
class VisibilityMessagesTest {
  private static final long SEED = 61;

  private final SplittableRandom random = new SplittableRandom(SEED);

  private record Passed(String from, String to, LinkMessage message) {}

  private void assertServes(FusedNetwork network, MemoryNetwork memory) throws Exception {
    float[] image = Fixtures.image(random);
    Fixtures.assertAnswer(network, image, memory.infer(image).get(60, TimeUnit.SECONDS), SEED);
    assertEquals(List.of(), memory.fatal());
  }

  /** P1 is sent no correction of owned weights, and nobody is sent public ones. */
  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldPassOnlyTheMessagesThatTheVisibilityNeeds(Visibility visibility) throws Exception {
    FusedNetwork network = Fixtures.residual(SEED).with(visibility);
    ConcurrentLinkedQueue<Passed> passed = new ConcurrentLinkedQueue<>();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              passed.add(new Passed(from, to, message));
              return List.of(message);
            })) {
      for (int i = 0; i < 4; i++) {
        assertServes(network, memory);
      }
    }

    long corrections1 =
        passed.stream()
            .filter(each -> each.message() instanceof LinkMessage.Correction)
            .filter(each -> each.to().equals("party 1"))
            .count();
    assertEquals(visibility == Visibility.OWNED, corrections1 == 0);
    int linearCount = 3;
    assertEquals(visibility == Visibility.PUBLIC ? 0 : linearCount, setups(passed, "party 0"));
    assertEquals(visibility == Visibility.SHARED ? linearCount : 0, setups(passed, "party 1"));
  }

  /** Images of one session share the messages of each round, one-sided or not. */
  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldSendOneMessageForAllImagesOfASession(Visibility visibility) throws Exception {
    FusedNetwork network = Fixtures.residual(SEED).with(visibility);
    PlanCosts costs = network.plan().costs();
    ConcurrentLinkedQueue<Passed> passed = new ConcurrentLinkedQueue<>();
    int imageCount = 5;
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            PartyLimits.builder().maxBatch(imageCount).build().forOnlyClient(),
            List.of(Precomputation.of(imageCount), Precomputation.of(imageCount)),
            name -> RoleState.inMemory(),
            (from, to, message) -> {
              passed.add(new Passed(from, to, message));
              return List.of(message);
            })) {
      List<float[]> images =
          Stream.generate(() -> Fixtures.image(random)).limit(imageCount).toList();
      List<InferenceResult> results = memory.infer(images, 60_000).get(60, TimeUnit.SECONDS);
      for (int i = 0; i < imageCount; i++) {
        Fixtures.assertAnswer(network, images.get(i), results.get(i), SEED);
      }
    }

    for (int id = 0; id < 2; id++) {
      String sender = "party " + id;
      List<LinkMessage.MaskedTensor> openings =
          passed.stream()
              .filter(each -> each.from().equals(sender))
              .map(Passed::message)
              .filter(LinkMessage.MaskedTensor.class::isInstance)
              .map(LinkMessage.MaskedTensor.class::cast)
              .filter(tensor -> tensor.number() >= 0 && !tensor.isInAdvance())
              .toList();
      assertEquals(costs.openings(id), openings.size(), sender);
      assertEquals(
          imageCount * costs.online().by(id),
          openings.stream().mapToLong(tensor -> tensor.words().length).sum() * Integer.BYTES,
          sender);
    }
  }

  private static long setups(Iterable<Passed> passed, String sender) {
    long count = 0;
    for (Passed each : passed) {
      boolean isSetup =
          each.message() instanceof LinkMessage.MaskedTensor tensor && tensor.number() < 0;
      count += isSetup && each.from().equals(sender) ? 1 : 0;
    }
    return count;
  }

  /** The owner sends nothing in a linear layer; whatever comes ends the session that it is for. */
  @Test
  void shouldEndASessionOfWhichTheOwnerOpensALinearInput() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED).with(Visibility.OWNED);
    int inputCount = network.plan().inputShape().elementCount();
    AtomicBoolean sent = new AtomicBoolean(true);
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (message instanceof LinkMessage.SessionOpen open
                  && open.number() >= 0
                  && sent.compareAndSet(false, true)) {
                return List.of(
                    new LinkMessage.MaskedTensor(
                        open.epoch(), open.number(), 0, 0, new int[inputCount]),
                    message);
              }
              // P1 needs no opening of the layer: without this it might answer before it is told.
              boolean isOfSession =
                  message instanceof LinkMessage.MaskedTensor tensor
                      && tensor.number() == 1
                      && from.equals("party 0");
              return isOfSession ? List.of() : List.of(message);
            })) {
      // Until the weights are open, what the layer does not wait for is dropped.
      assertServes(network, memory);
      sent.set(false);
      CompletableFuture<InferenceResult> broken = memory.infer(Fixtures.image(random));
      ExecutionException failed =
          assertThrows(ExecutionException.class, () -> broken.get(60, TimeUnit.SECONDS));

      assertTrue(sent.get());
      assertEquals(
          AbortReason.PROTOCOL_VIOLATION, ((InferenceException) failed.getCause()).reason());
      assertServes(network, memory);
    }
  }

  /** Once the weights are open, a stray opening of weights is dropped: the answers stay right. */
  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldAnswerRightlyDespiteStrayOpeningsOfWeights(Visibility visibility) throws Exception {
    FusedNetwork network = Fixtures.residual(SEED).with(visibility);
    AtomicBoolean sent = new AtomicBoolean(true);
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (message instanceof LinkMessage.MaskedTensor tensor
                  && tensor.number() >= 0
                  && from.equals("party 1")
                  && sent.compareAndSet(false, true)) {
                return List.of(
                    new LinkMessage.MaskedTensor(tensor.epoch(), -1, 0, 0, new int[7]), message);
              }
              return List.of(message);
            })) {
      // P1 may send openings in advance while P0 still packs its weights. An answer proves that no
      // layer of either party does.
      assertServes(network, memory);
      sent.set(false);
      for (int i = 0; i < 3; i++) {
        assertServes(network, memory);
      }
      assertTrue(sent.get());
    }
  }

  /**
   * While weights are being opened, a stray opening of weights ends the epoch. The client hears why
   * from the party that saw the opening and from the other one.
   */
  @ParameterizedTest
  @EnumSource(
      value = Visibility.class,
      names = {"SHARED", "OWNED"})
  void shouldRefuseStrayOpeningsWhileWeightsAreOpened(Visibility visibility) throws Exception {
    FusedNetwork network = Fixtures.residual(SEED).with(visibility);
    AtomicReference<LinkMessage.MaskedTensor> held = new AtomicReference<>();
    AtomicBoolean numbered = new AtomicBoolean();
    AtomicBoolean sent = new AtomicBoolean();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              synchronized (held) {
                List<LinkMessage> passing = new ArrayList<>(List.of(message));
                // Some weights of P0 stay closed at P1 until the request has a number.
                if (message instanceof LinkMessage.MaskedTensor tensor
                    && tensor.number() < 0
                    && from.equals("party 0")
                    && held.compareAndSet(null, tensor)) {
                  passing.clear();
                } else if (message instanceof LinkMessage.SessionOpen open && open.number() >= 0) {
                  numbered.set(true);
                }
                if (numbered.get() && held.get() != null && sent.compareAndSet(false, true)) {
                  LinkMessage.MaskedTensor weights = held.get();
                  passing.add(
                      new LinkMessage.MaskedTensor(
                          weights.epoch(), weights.number(), weights.layer(), 0, new int[7]));
                  passing.add(weights);
                }
                return passing;
              }
            })) {
      CompletableFuture<InferenceResult> refused = memory.infer(Fixtures.image(random));
      ExecutionException failed =
          assertThrows(ExecutionException.class, () -> refused.get(60, TimeUnit.SECONDS));

      assertTrue(sent.get());
      InferenceException reason = (InferenceException) failed.getCause();
      assertEquals(AbortReason.PROTOCOL_VIOLATION, reason.reason(), reason::getMessage);
      assertServes(network, memory);
    }
  }

  /** P1 has its output at once: its opening of the activation behind it waits for nobody. */
  @Test
  void shouldSendTheActivationsOpeningOfThePeerBeforeTheOwnerSendsAnything() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED).with(Visibility.OWNED);
    CountDownLatch linear = new CountDownLatch(1);
    CountDownLatch activation = new CountDownLatch(1);
    AtomicInteger fromOwner = new AtomicInteger();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (!(message instanceof LinkMessage.MaskedTensor tensor) || tensor.number() < 0) {
                return List.of(message);
              }
              if (from.equals("party 0")) {
                fromOwner.incrementAndGet();
                return List.of(message);
              }
              (tensor.layer() == 0 ? linear : activation).countDown();
              // Without it the owner has no output, and so nothing to send.
              return tensor.layer() == 0 ? List.of() : List.of(message);
            })) {
      CompletableFuture<InferenceResult> stuck = memory.infer(Fixtures.image(random));

      assertTrue(linear.await(60, TimeUnit.SECONDS));
      assertTrue(activation.await(60, TimeUnit.SECONDS));
      assertEquals(0, fromOwner.get());
      assertFalse(stuck.isDone());
    }
  }

  /** Openings may overtake each other: P1 is ahead of the owner, or behind it. */
  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldAnswerWhateverTheOrderOfOpenings(Visibility visibility) throws Exception {
    FusedNetwork network = Fixtures.residual(SEED).with(visibility);
    SplittableRandom shuffle = new SplittableRandom(SEED);
    List<LinkMessage> held = new ArrayList<>();
    AtomicLong given = new AtomicLong(-1);
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (message instanceof LinkMessage.SessionOpen open) {
                given.set(open.number());
              }
              if (!(message instanceof LinkMessage.MaskedTensor tensor)
                  || tensor.number() < 0
                  || !from.equals("party 1")) {
                return List.of(message);
              }
              synchronized (held) {
                // An opening in advance waits for another one: at the latest for that of the input
                // of its session, which nobody has asked for yet.
                List<LinkMessage> arriving = new ArrayList<>();
                if (visibility == Visibility.OWNED
                    && held.isEmpty()
                    && tensor.isInAdvance()
                    && tensor.number() > given.get()
                    && shuffle.nextBoolean()) {
                  held.add(message);
                } else {
                  arriving.add(message);
                  arriving.addAll(held);
                  held.clear();
                }
                return arriving;
              }
            })) {
      for (int i = 0; i < 8; i++) {
        assertServes(network, memory);
      }
    }
  }
}
