// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.testsupport.SmallNetworks;
import io.pascaline.transport.link.AbortReason;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class EmbeddedInferenceTest {
  private static final int WIDE = 512;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void shouldAnswerLikeTheIntegerEvaluatorWhenPipelined(long seed) throws Exception {
    FusedNetwork network = Fixtures.residual(seed);

    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      Fixtures.assertPipelined(network, service, 12, seed);
      Fixtures.assertPipelined(network, service, 12, seed + 100);
    }
  }

  @Test
  void shouldAnswerLikeTheIntegerEvaluatorWithHarmonicActivations() throws Exception {
    long seed = 5;
    FusedNetwork network =
        SmallNetworks.withHarmonics(Fixtures.residual(seed), new SplittableRandom(seed));

    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      Fixtures.assertPipelined(network, service, 12, seed);
      for (PartyTraffic party : service.statistics().parties()) {
        assertEquals(12L * network.plan().costs().rounds(), party.rounds());
      }
    }
  }

  /** Both inputs of a product come from layers of their own, in any order. */
  @Test
  void shouldMultiplyTwoSecretTensors() throws Exception {
    long seed = 6;
    int side = Fixtures.INPUT.dim(1);
    FusedNetwork network = SmallNetworks.squared(new SplittableRandom(seed), side);

    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      Fixtures.assertPipelined(network, service, 12, seed);
      for (PartyTraffic party : service.statistics().parties()) {
        assertEquals(12L * 3, party.rounds());
      }
    }
  }

  @Test
  void shouldSendExactlyWhatTheCompilerPredicts() throws Exception {
    long seed = 3;
    int inferenceCount = 9;
    FusedNetwork network = Fixtures.residual(seed);
    PlanCosts costs = network.plan().costs();

    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      Fixtures.assertPipelined(network, service, inferenceCount, seed);
      List<PartyTraffic> parties = service.statistics().parties();

      for (PartyTraffic party : parties) {
        assertEquals(inferenceCount, party.inferences());
        assertEquals((long) inferenceCount * costs.rounds(), party.rounds());
        assertEquals(inferenceCount * costs.onlineBytesPerDirection(), party.openedBytesSent());
        assertEquals(inferenceCount * costs.onlineBytesPerDirection(), party.openedBytesReceived());
        assertEquals(costs.setupBytesPerDirection(), party.setupBytesSent());
        assertEquals(
            (long) inferenceCount * Fixtures.INPUT.elementCount() * Integer.BYTES,
            party.inputShareBytesReceived());
        assertEquals(
            (long) inferenceCount * network.plan().outputElementCount() * Integer.BYTES,
            party.outputShareBytesSent());
      }
    }
  }

  @Test
  void shouldReceiveExactlyTheOfflineBytesPredictedForWhatItBuffers() throws Exception {
    FusedNetwork network = Fixtures.residual(4);
    int ahead = EmbeddedSettings.defaults().runtime().precomputedCorrelations();

    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      Fixtures.await(service.ready(ahead, Duration.ofSeconds(60)));
      List<PartyTraffic> parties = service.statistics().parties();

      assertEquals(
          ahead * network.plan().costs().offlineBytes(),
          parties.get(0).correctionBytesReceived() + parties.get(1).correctionBytesReceived());
    }
  }

  @Test
  void shouldEndWithAReasonAtTheDeadline() throws Exception {
    FusedNetwork network = Fixtures.residual(7, WIDE);

    try (InferenceService service =
        EmbeddedInference.start(
            network, EmbeddedSettings.builder().requestTimeout(Duration.ofMillis(1)).build())) {
      ExecutionException failed =
          assertThrows(
              ExecutionException.class,
              () -> {
                // 85 million multiply-adds take longer than a millisecond.
                SplittableRandom random = new SplittableRandom(7);
                for (int i = 0; i < 10; i++) {
                  Fixtures.await(service.infer(Fixtures.image(random)));
                }
              });

      assertEquals(AbortReason.DEADLINE, ((InferenceException) failed.getCause()).reason());
    }
  }

  @Test
  void shouldRefuseAnInputOfAnotherLength() {
    FusedNetwork network = Fixtures.residual(8);

    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      assertThrows(IllegalArgumentException.class, () -> service.infer(new float[3]));
    }
  }
}
