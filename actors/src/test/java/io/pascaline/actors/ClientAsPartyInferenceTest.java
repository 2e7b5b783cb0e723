// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.testsupport.SmallNetworks;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.link.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All roles in one process; party 0 owns the weights, and the client is party 1. */
@Timeout(180)
class ClientAsPartyInferenceTest {
  private static final long SEED = 57;

  private static EmbeddedInference start(FusedNetwork network) {
    return EmbeddedInference.start(
        network, EmbeddedSettings.builder().clientAsParty(true).maxBatch(4).build());
  }

  @Test
  void shouldAnswerAndSendExactlyWhatThePlanPredicts() throws Exception {
    int inferenceCount = 9;
    FusedNetwork network = Fixtures.residual(SEED).with(Visibility.OWNED);
    PlanCosts costs = network.plan().costs();
    long outputBytes = (long) inferenceCount * Integer.BYTES * network.plan().outputWordCount();

    try (EmbeddedInference service = start(network)) {
      Fixtures.assertPipelined(network, service, inferenceCount, SEED);

      for (int id = 0; id < 2; id++) {
        PartyTraffic party = service.statistics().parties().get(id);
        assertEquals(inferenceCount, party.inferences());
        assertEquals((long) inferenceCount * costs.openings(id), party.rounds());
        assertEquals(inferenceCount * costs.online().by(id), party.openedBytesSent());
        assertEquals(inferenceCount * costs.online().by(1 - id), party.openedBytesReceived());
        assertEquals(costs.setup().by(id), party.setupBytesSent());
        assertEquals(0, party.inputShareBytesReceived());
        assertEquals(id == 0 ? outputBytes : 0, party.outputShareBytesSent());
      }
      assertEquals(0, service.statistics().client().inputShareBytesSent());
      assertEquals(outputBytes, service.statistics().client().outputShareBytesReceived());
    }
  }

  /** Nothing but the announcement of the epoch. */
  @Test
  void shouldReceiveNothingFromTheDealer() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED).with(Visibility.OWNED);

    try (EmbeddedInference service = start(network)) {
      Fixtures.assertPipelined(network, service, 5, SEED);

      for (PayloadKind kind : PayloadKind.values()) {
        assertEquals(0, service.counters(1).links().receivedPayloadBytes(Role.DEALER, kind));
      }
      assertEquals(0, service.dealerCounters().corrections(1));
      assertTrue(service.dealerCounters().corrections(0) > 0);
    }
  }

  @Test
  void shouldAnswerBatches() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    FusedNetwork network = Fixtures.residual(SEED).with(Visibility.OWNED);

    try (EmbeddedInference service = start(network)) {
      List<float[]> images = new ArrayList<>();
      for (int i = 0; i < service.maxBatch(); i++) {
        images.add(Fixtures.image(random));
      }
      List<CompletionStage<InferenceResult>> answers = service.infer(images);
      for (int i = 0; i < images.size(); i++) {
        Fixtures.assertAnswer(network, images.get(i), Fixtures.await(answers.get(i)), SEED);
      }
      for (PartyTraffic party : service.statistics().parties()) {
        assertEquals(1, party.sessions());
      }
    }
  }

  @Test
  void shouldEvaluateHarmonicsProductsAndLocalLayers() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    List<FusedNetwork> networks =
        List.of(
            SmallNetworks.withHarmonics(Fixtures.residual(5), new SplittableRandom(5)),
            SmallNetworks.squared(random, Fixtures.INPUT.dim(1)),
            Fixtures.pooling(SEED));
    for (FusedNetwork each : networks) {
      FusedNetwork network = each.with(Visibility.OWNED);
      try (InferenceService service = start(network)) {
        Fixtures.assertPipelined(network, service, 8, SEED);
      }
    }
  }

  /** A request that has its deadline behind it ends at both parties, and others go on. */
  @Test
  void shouldEndOneRequestAtItsDeadlineAndAnswerOthers() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED).with(Visibility.OWNED);
    float[] image = Fixtures.image(new SplittableRandom(SEED));

    try (EmbeddedInference service = start(network)) {
      for (int i = 0; i < 20; i++) {
        CompletionStage<InferenceResult> late = service.infer(image, Duration.ofMillis(1));
        try {
          Fixtures.assertAnswer(network, image, Fixtures.await(late), SEED);
        } catch (ExecutionException failed) {
          assertEquals(
              AbortReason.DEADLINE,
              ((InferenceException) failed.getCause()).reason(),
              failed::toString);
        }
      }
      Fixtures.assertPipelined(network, service, 40, SEED);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OWNED")
  void shouldRefuseWeightsThatPartyZeroDoesNotOwn(Visibility visibility) {
    FusedNetwork network = Fixtures.residual(SEED).with(visibility);

    assertThrows(IllegalArgumentException.class, () -> start(network).close());
  }
}
