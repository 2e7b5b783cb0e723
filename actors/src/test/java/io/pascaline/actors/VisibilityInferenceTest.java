// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.testsupport.SmallNetworks;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All roles in one process, whoever knows the weights. */
@Timeout(180)
class VisibilityInferenceTest {
  private static final long SEED = 51;

  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldAnswerAndSendExactlyWhatThePlanPredicts(Visibility visibility) throws Exception {
    int inferenceCount = 9;
    FusedNetwork network = Fixtures.residual(SEED).with(visibility);
    PlanCosts costs = network.plan().costs();

    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      Fixtures.assertPipelined(network, service, inferenceCount, SEED);
      List<PartyTraffic> parties = service.statistics().parties();

      for (int id = 0; id < 2; id++) {
        PartyTraffic party = parties.get(id);
        assertEquals(inferenceCount, party.inferences());
        assertEquals((long) inferenceCount * costs.openings(id), party.rounds());
        assertEquals(inferenceCount * costs.online().by(id), party.openedBytesSent());
        assertEquals(inferenceCount * costs.online().by(1 - id), party.openedBytesReceived());
        assertEquals(costs.setup().by(id), party.setupBytesSent());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldReceiveExactlyTheCorrectionsThatThePlanPredicts(Visibility visibility)
      throws Exception {
    FusedNetwork network = Fixtures.residual(SEED).with(visibility);
    PlanCosts costs = network.plan().costs();
    int ahead = EmbeddedSettings.defaults().runtime().precomputedCorrelations();
    assertEquals(0, ahead % 2);

    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      Fixtures.await(service.ready(ahead, Duration.ofSeconds(60)));
      List<PartyTraffic> parties = service.statistics().parties();

      for (int id = 0; id < 2; id++) {
        assertEquals(
            ahead / 2 * costs.offlineBytesOfTwo(id), parties.get(id).correctionBytesReceived());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldEvaluateHarmonicsAndProducts(Visibility visibility) throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    List<FusedNetwork> networks =
        List.of(
            SmallNetworks.withHarmonics(Fixtures.residual(5), new SplittableRandom(5)),
            SmallNetworks.squared(random, Fixtures.INPUT.dim(1)));
    for (FusedNetwork each : networks) {
      FusedNetwork network = each.with(visibility);
      try (InferenceService service =
          EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
        Fixtures.assertPipelined(network, service, 8, SEED);
      }
    }
  }

  /** With public weights no layer has a step; with owned ones P1 hears of nothing but numbers. */
  @ParameterizedTest
  @EnumSource(Visibility.class)
  void shouldRunANetworkOfOneLinearLayer(Visibility visibility) throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    int inputs = Fixtures.INPUT.elementCount();
    LinearNode node =
        new LinearNode(
            "logits",
            List.of("flat"),
            new MatrixProduct(inputs, 3),
            SmallNetworks.image(3 * inputs, random),
            SmallNetworks.image(3, random));
    ReshapeNode flat =
        new ReshapeNode("flat", List.of("input"), Fixtures.INPUT, node.map().inputShape());
    NetworkGraph graph =
        new NetworkGraph("linear", "input", Fixtures.INPUT, List.of(flat, node), "logits");
    FusedNetwork network =
        FusedCompiler.compile(
                graph,
                List.of(Fixtures.image(random)),
                FusedSettings.standard().withSafetyFactor(8))
            .with(visibility);

    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      Fixtures.assertPipelined(network, service, 40, SEED);
      for (int id = 0; id < 2; id++) {
        PartyTraffic party = service.statistics().parties().get(id);
        assertEquals(
            40 * network.plan().costs().online().by(id), party.openedBytesSent(), "party " + id);
      }
    }
  }
}
