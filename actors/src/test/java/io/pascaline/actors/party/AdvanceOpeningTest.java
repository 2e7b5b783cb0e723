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
import io.pascaline.layers.plan.KnownShares;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Openings that party 1 of an owned network sends in the offline phase. */
class AdvanceOpeningTest {
  private static final long SEED = 93;
  private static final int AHEAD = 4;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final FusedNetwork network = Fixtures.residual(SEED).with(Visibility.OWNED);

  /** What somebody does with the opening in advance of number 0 in one layer. */
  private enum Deviation {
    TWICE(AbortReason.PROTOCOL_VIOLATION),
    TOO_LONG(AbortReason.PROTOCOL_VIOLATION),
    TOO_SHORT(AbortReason.PROTOCOL_VIOLATION),
    IN_ITS_SESSION(AbortReason.PROTOCOL_VIOLATION),
    DROPPED(AbortReason.DEADLINE),
    BEYOND_THE_WINDOW(null),
    OF_ANOTHER_EPOCH(null),
    OF_A_LAYER_THAT_OPENS_ONLINE(null),
    OF_NO_LAYER(null),
    FROM_PARTY_0(null),
    LATE(null);

    /** How the session of number 0 ends; null if it is answered. */
    private final AbortReason reasonOrNull;

    Deviation(AbortReason reasonOrNull) {
      this.reasonOrNull = reasonOrNull;
    }
  }

  private int layerInAdvance() {
    KnownShares known = network.plan().knownShares();
    return network.plan().layers().stream()
        .mapToInt(PlanLayer::id)
        .filter(known::opensInAdvance)
        .findFirst()
        .orElseThrow();
  }

  private static LinkMessage.MaskedTensor with(
      LinkMessage.MaskedTensor tensor, long epoch, long number, int layer, int round, int words) {
    return new LinkMessage.MaskedTensor(epoch, number, layer, round, new int[words]);
  }

  private static List<LinkMessage> deviating(
      Deviation how, LinkMessage.MaskedTensor tensor, List<LinkMessage> held) {
    long epoch = tensor.epoch();
    int layer = tensor.layer();
    int words = tensor.words().length;
    int early = LinkMessage.IN_ADVANCE;
    return switch (how) {
      case TWICE -> List.of(tensor, with(tensor, epoch, 0, layer, early, words));
      case TOO_LONG -> List.of(with(tensor, epoch, 0, layer, early, words + 1));
      case TOO_SHORT -> List.of(with(tensor, epoch, 0, layer, early, words - 1));
      case IN_ITS_SESSION -> List.of(tensor, with(tensor, epoch, 0, layer, 0, words));
      case DROPPED -> List.of();
      case BEYOND_THE_WINDOW ->
          List.of(
              with(tensor, epoch, 2 * AHEAD, layer, early, words),
              with(tensor, epoch, Long.MAX_VALUE, layer, early, words),
              tensor);
      case OF_ANOTHER_EPOCH -> List.of(with(tensor, epoch + 1, 0, layer, early, words), tensor);
      case OF_A_LAYER_THAT_OPENS_ONLINE -> List.of(with(tensor, epoch, 0, 0, early, words), tensor);
      case OF_NO_LAYER -> List.of(with(tensor, epoch, 0, 99, early, words), tensor);
      case FROM_PARTY_0 -> List.of(tensor);
      case LATE -> {
        held.add(tensor);
        yield List.of();
      }
    };
  }

  /** A deviation ends the session of its number with a typed reason, or changes nothing. */
  @ParameterizedTest
  @EnumSource(Deviation.class)
  void shouldBearOpeningsInAdvanceThatDeviate(Deviation how) throws Exception {
    int layer = layerInAdvance();
    AtomicBoolean deviated = new AtomicBoolean();
    CountDownLatch passed = new CountDownLatch(1);
    List<LinkMessage> held = Collections.synchronizedList(new ArrayList<>());
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (how == Deviation.FROM_PARTY_0
                  && from.equals("party 0")
                  && to.equals("party 1")
                  && message instanceof LinkMessage.Credit credit
                  && credit.layer() == layer
                  && deviated.compareAndSet(false, true)) {
                return List.of(
                    message,
                    new LinkMessage.MaskedTensor(
                        credit.epoch(), 0, layer, LinkMessage.IN_ADVANCE, new int[8]));
              }
              if (message instanceof LinkMessage.MaskedTensor behind
                  && behind.isInAdvance()
                  && behind.layer() == layer
                  && behind.number() == 1) {
                passed.countDown();
              }
              if (!(message instanceof LinkMessage.MaskedTensor tensor)
                  || !from.equals("party 1")
                  || tensor.number() != 0) {
                return List.of(message);
              }
              if (tensor.isInAdvance() && tensor.layer() == layer) {
                deviated.set(true);
                return deviating(how, tensor, held);
              }
              if (!tensor.isInAdvance() && how.reasonOrNull == AbortReason.PROTOCOL_VIOLATION) {
                // Or the session could be answered before the party hears of the deviation.
                return List.of();
              }
              if (!tensor.isInAdvance() && !held.isEmpty()) {
                List<LinkMessage> late = new ArrayList<>(List.of(message));
                late.addAll(held);
                held.clear();
                return late;
              }
              return List.of(message);
            })) {
      memory.awaitReady(0, AHEAD);
      memory.awaitReady(1, AHEAD);
      // A session that is in flight when its opening arrives may end before the deviation arrives.
      assertTrue(passed.await(60, TimeUnit.SECONDS));
      float[] image = Fixtures.image(random);
      CompletableFuture<InferenceResult> first =
          memory.infer(image, how == Deviation.DROPPED ? 3_000 : 60_000);
      if (how.reasonOrNull == null) {
        Fixtures.assertAnswer(network, image, first.get(60, TimeUnit.SECONDS), SEED);
      } else {
        ExecutionException failed =
            assertThrows(ExecutionException.class, () -> first.get(60, TimeUnit.SECONDS));
        assertEquals(how.reasonOrNull, ((InferenceException) failed.getCause()).reason());
      }
      assertTrue(deviated.get());
      for (int i = 0; i < 2 * AHEAD; i++) {
        float[] next = Fixtures.image(random);
        Fixtures.assertAnswer(network, next, memory.infer(next).get(60, TimeUnit.SECONDS), SEED);
      }
      assertEquals(List.of(), memory.fatal());
    }
  }

  private record Sent(long number, int layer) {}

  /** Numbers are opened in advance once, without a request, and never beyond what is granted. */
  @ParameterizedTest
  @ValueSource(ints = {1, AHEAD})
  void shouldOpenInAdvanceAsFarAsPartyZeroGrantsAndOnce(int granted) throws Exception {
    List<LayerCost> costs = network.plan().costs().layers();
    Set<Sent> sent = Collections.synchronizedSet(new HashSet<>());
    List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    long[] credit = new long[costs.size()];
    int inferences = 3;
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            PartyLimits.defaults().forOnlyClient(),
            List.of(Precomputation.of(granted), Precomputation.of(AHEAD)),
            name -> RoleState.inMemory(),
            (from, to, message) -> {
              synchronized (credit) {
                if (message instanceof LinkMessage.Credit grant && to.equals("party 1")) {
                  credit[grant.layer()] = grant.grantedBytesTotal();
                } else if (message instanceof LinkMessage.MaskedTensor tensor
                    && tensor.isInAdvance()) {
                  long bytes = costs.get(tensor.layer()).advanceBytes();
                  if (tensor.payloadBytes() != bytes
                      || (tensor.number() + 1) * bytes > credit[tensor.layer()]
                      || !sent.add(new Sent(tensor.number(), tensor.layer()))) {
                    wrong.add(tensor.toString());
                  }
                }
              }
              return List.of(message);
            })) {
      for (int i = 0; i < inferences; i++) {
        float[] image = Fixtures.image(random);
        Fixtures.assertAnswer(network, image, memory.infer(image).get(60, TimeUnit.SECONDS), SEED);
      }
      long inAdvance = costs.stream().filter(cost -> cost.advanceBytes() > 0).count();
      assertTrue(inAdvance > 0);
      assertTrue(sent.size() >= inferences * inAdvance, sent.toString());
      assertEquals(List.of(), wrong);
      assertFalse(sent.stream().anyMatch(each -> each.number() >= inferences + granted));
    }
  }

  /** A party that has no room for a whole inference opens in advance all the same. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldServeWherePartiesStreamLayers(int streaming) throws Exception {
    Precomputation streamed = new Precomputation(0, 1, true);
    List<Precomputation> precomputations =
        streaming == 0
            ? List.of(streamed, Precomputation.of(AHEAD))
            : List.of(Precomputation.of(AHEAD), streamed);
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            PartyLimits.defaults().forOnlyClient(),
            precomputations,
            name -> RoleState.inMemory(),
            (from, to, message) -> List.of(message))) {
      for (int i = 0; i < 3; i++) {
        float[] image = Fixtures.image(random);
        Fixtures.assertAnswer(network, image, memory.infer(image).get(60, TimeUnit.SECONDS), SEED);
      }
    }
  }

  /** Images of a session are opened in advance one by one. */
  @Test
  void shouldServeSessionsOfSeveralImages() throws Exception {
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            PartyLimits.builder().maxBatch(3).build().forOnlyClient(),
            name -> RoleState.inMemory(),
            (from, to, message) -> List.of(message))) {
      for (int count = 1; count <= 3; count++) {
        List<float[]> images = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          images.add(Fixtures.image(random));
        }
        List<InferenceResult> results = memory.infer(images, 60_000).get(60, TimeUnit.SECONDS);
        for (int i = 0; i < count; i++) {
          Fixtures.assertAnswer(network, images.get(i), results.get(i), SEED);
        }
      }
    }
  }

  /** While an inference is in flight, nothing is sent that it does not need. */
  @Test
  void shouldSendNothingForOthersWhileAnInferenceIsInFlight() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    Set<Long> sent = Collections.synchronizedSet(new HashSet<>());
    AtomicBoolean isInFlight = new AtomicBoolean();
    List<LinkMessage> held = Collections.synchronizedList(new ArrayList<>());
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            PartyLimits.defaults().forOnlyClient(),
            List.of(Precomputation.of(1), Precomputation.of(1)),
            name -> RoleState.inMemory(),
            (from, to, message) -> {
              if (!(message instanceof LinkMessage.MaskedTensor tensor) || tensor.number() < 0) {
                return List.of(message);
              }
              if (tensor.isInAdvance()) {
                if (isInFlight.get()) {
                  sent.add(tensor.number());
                }
                return List.of(message);
              }
              // Most layers have ended number 0 when party 0 sends the last of its openings.
              if (from.equals("party 0") && tensor.layer() == lastOfParty0()) {
                held.add(message);
                began.countDown();
                return List.of();
              }
              return List.of(message);
            })) {
      memory.awaitReady(0, 1);
      memory.awaitReady(1, 1);
      float[] image = Fixtures.image(random);
      isInFlight.set(true);
      CompletableFuture<InferenceResult> first = memory.infer(image);
      assertTrue(began.await(60, TimeUnit.SECONDS));
      assertTrue(sent.stream().allMatch(number -> number == 0), sent.toString());
      isInFlight.set(false);
      memory.deliver("party 0", "party 1", held.get(0));
      Fixtures.assertAnswer(network, image, first.get(60, TimeUnit.SECONDS), SEED);
    }
  }

  private int lastOfParty0() {
    List<LayerCost> costs = network.plan().costs().layers();
    return costs.stream()
        .filter(cost -> cost.openings(0) > 0)
        .mapToInt(LayerCost::layer)
        .max()
        .orElseThrow();
  }
}
