// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.MemoryNeed;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parties whose memory does not hold the correlations of a single inference. */
@Timeout(120)
class StreamedLayersTest {
  private static final int INFERENCES = 12;

  private static Precomputation streamed(FusedNetwork network, double partOfAnInference) {
    MemoryNeed need = MemoryNeed.of(network.plan(), LinearKernels.best());
    long bytes = (long) (partOfAnInference * need.correlationBytesOfInference());
    return new Precomputation(0, Math.max(1, bytes), true);
  }

  private static MemoryNetwork network(
      FusedNetwork network,
      List<Precomputation> precomputations,
      MemoryNetwork.Tampering tampering) {
    return new MemoryNetwork(
        network,
        60_000,
        16,
        PartyLimits.defaults().forOnlyClient(),
        precomputations,
        name -> RoleState.inMemory(),
        tampering);
  }

  private static void assertServesAtOnce(
      FusedNetwork network, MemoryNetwork memory, SplittableRandom random, long seed)
      throws Exception {
    List<float[]> images = new ArrayList<>();
    List<CompletableFuture<InferenceResult>> answers = new ArrayList<>();
    for (int i = 0; i < INFERENCES; i++) {
      images.add(Fixtures.image(random));
      answers.add(memory.infer(images.get(i)));
    }
    for (int i = 0; i < INFERENCES; i++) {
      Fixtures.assertAnswer(network, images.get(i), answers.get(i).get(60, TimeUnit.SECONDS), seed);
    }
    assertEquals(List.of(), memory.fatal());
    assertEquals(1, memory.counters(0).epochs());
  }

  /** From one layer at a time to nearly all, and parties that have unlike memory. */
  @ParameterizedTest(name = "{0} and {1} of an inference")
  @ValueSource(strings = {"0 0", "0.5 0.5", "0.9 0.3", "0.2 1.5", "0 -"})
  void shouldAnswerSessionsInFlight(String parts) throws Exception {
    long seed = 11;
    FusedNetwork network = Fixtures.residual(seed);
    List<Precomputation> precomputations = new ArrayList<>();
    for (String part : parts.split(" ")) {
      precomputations.add(
          part.equals("-") ? Precomputation.of(4) : streamed(network, Double.parseDouble(part)));
    }

    try (MemoryNetwork memory =
        network(network, precomputations, (from, to, message) -> List.of(message))) {
      assertServesAtOnce(network, memory, new SplittableRandom(seed), seed);
    }
  }

  /** A party whose steps end early, and layers without correlations. */
  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldAnswerWhoeverKnowsTheWeights(Visibility visibility) throws Exception {
    long seed = 13;
    FusedNetwork network = Fixtures.residual(seed).with(visibility);
    List<Precomputation> precomputations = List.of(streamed(network, 0.3), streamed(network, 0));

    try (MemoryNetwork memory =
        network(network, precomputations, (from, to, message) -> List.of(message))) {
      assertServesAtOnce(network, memory, new SplittableRandom(seed), seed);
    }
  }

  /** What was granted to a session that ends half way comes back. */
  @Test
  void shouldServeOnAfterSessionsThatEndedEarly() throws Exception {
    long seed = 12;
    FusedNetwork network = Fixtures.residual(seed);
    SplittableRandom random = new SplittableRandom(seed);
    Precomputation little = streamed(network, 0.3);
    AtomicBoolean isDropping = new AtomicBoolean(true);
    int lost = 3;

    try (MemoryNetwork memory =
        network(
            network,
            List.of(little, little),
            (from, to, message) ->
                // In the third layer with messages, so that some of each session has passed.
                isDropping.get()
                        && message instanceof LinkMessage.MaskedTensor tensor
                        && tensor.number() >= 0
                        && tensor.number() < lost
                        && tensor.layer() == 2
                    ? List.of()
                    : List.of(message))) {
      for (int i = 0; i < lost; i++) {
        CompletableFuture<InferenceResult> ending = memory.infer(Fixtures.image(random), 300);
        ExecutionException failed =
            assertThrows(ExecutionException.class, () -> ending.get(60, TimeUnit.SECONDS));
        assertEquals(InferenceException.class, failed.getCause().getClass());
      }
      isDropping.set(false);
      assertServesAtOnce(network, memory, random, seed);
    }
  }
}
