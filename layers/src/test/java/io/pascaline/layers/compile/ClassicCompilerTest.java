// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.layers.plan.ClassicActivationLayer;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.zoo.Zoo;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.share.Ring;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ClassicCompilerTest {
  private static final long SEED = 20260120;

  @Test
  void shouldPlanInDoubleWords() {
    assertEquals(Ring.DOUBLE_WORDS, ClassicSample.MIXED.compiled(1).plan().ring());
  }

  @Test
  void shouldChooseAProtocolForEachActivation() {
    StringBuilder protocols = new StringBuilder();
    for (PlanLayer layer : ClassicSample.MIXED.compiled(1).plan().layers()) {
      if (layer instanceof ClassicActivationLayer activation) {
        protocols.append(activation.activation().getClass().getSimpleName()).append(' ');
      }
    }

    assertEquals("PolynomialTree Espn ExactRelu HoneyBadger HoneyBadger ", protocols.toString());
  }

  @ParameterizedTest(name = "{0}: {1} rounds")
  @CsvSource({"honeybadger, 1", "espn, 1", "tree, 2", "relu, 8"})
  void shouldNeedTheRoundsOfTheProtocol(String protocol, int rounds) {
    boolean exact = protocol.equals("relu");
    NetworkGraph graph =
        exact
            ? Zoo.build("resnet20", 10, SEED)
            : Zoo.build("resnet20", 10, ReplaceRelu.POLY4, SEED);
    ClassicSettings settings =
        exact
            ? ClassicSettings.standard()
            : ClassicSettings.standard().withProtocol(PolynomialProtocol.named(protocol));

    ClassicNetwork network =
        ClassicCompiler.compile(graph, List.of(Zoo.randomInput(graph, SEED)), settings);

    for (PlanLayer layer : network.plan().layers()) {
      LayerCost cost = network.plan().costs().layers().get(layer.id());
      if (layer instanceof ClassicActivationLayer) {
        assertEquals(rounds, cost.rounds(), cost.name());
      }
    }
    // 19 convolutions, 2 projections and a product; 19 activations.
    assertEquals(22 + 19 * rounds, network.plan().costs().rounds());
  }

  /** 10 fraction bits keep the limit here and 16 do not, so that there is something to choose. */
  @ParameterizedTest
  @EnumSource(PolynomialProtocol.class)
  void shouldTakeTheMostFractionBitsThatKeepTheLimit(PolynomialProtocol protocol) {
    NetworkGraph graph = Zoo.build("resnet20", 10, ReplaceRelu.POLY4, SEED);
    List<float[]> inputs = List.of(Zoo.randomInput(graph, SEED));
    ClassicSettings settings = ClassicSettings.standard().withProtocol(protocol);

    ClassicNetwork network = ClassicCompiler.compile(graph, inputs, settings);

    int bits = network.plan().inputFractionBits();
    double bound = network.plan().costs().failureProbability();
    assertTrue(bits >= 10 && bits < 16, "bits " + bits);
    assertTrue(bound <= ClassicSettings.STANDARD_FAILURE_LIMIT, "bound " + bound);
    double next =
        ClassicCompiler.compile(graph, inputs, settings.withFractionBits(bits + 1))
            .plan()
            .costs()
            .failureProbability();
    assertTrue(next > ClassicSettings.STANDARD_FAILURE_LIMIT, "bound of one more " + next);
    assertTrue(network.expectedFailures() > 0 && network.expectedFailures() < bound / 10);
  }

  /** Magnitudes before a cut have 2f fraction bits: two bits more, 16 times the probability. */
  @Test
  void shouldFailWithTheSquareOfTheScale() {
    NetworkGraph graph = Zoo.build("minionn", 10, ReplaceRelu.POLY4, SEED);
    double coarse = failure(graph, 12);

    assertEquals(16, failure(graph, 14) / coarse, 0.5);
    assertEquals(256, failure(graph, 16) / coarse, 8);
  }

  private static double failure(NetworkGraph graph, int bits) {
    return ClassicCompiler.compile(
            graph,
            List.of(Zoo.randomInput(graph, SEED)),
            ClassicSettings.standard().withFractionBits(bits))
        .plan()
        .costs()
        .failureProbability();
  }

  @Test
  void shouldNameActivationsAndMaximaByTheLayersThatTheyWillBe() {
    NetworkGraph graph = ClassicSample.EXACT.sketch(1);
    List<PlanLayer> layers = ClassicSample.EXACT.compiled(1).plan().layers();

    Map<String, Integer> found = ClassicCompiler.activationLayers(graph);

    assertEquals(4, found.size());
    found.forEach(
        (name, id) -> {
          assertEquals(name, layers.get(id).name());
          assertTrue(layers.get(id) instanceof ClassicActivationLayer);
        });
  }

  @Test
  void shouldSayWhatCannotRun() {
    NetworkGraph wave = SampleNetwork.TRIGONOMETRIC.sketch(1);
    NetworkGraph exact = ClassicSample.EXACT.sketch(1);
    ClassicSettings standard = ClassicSettings.standard();

    refused("not a polynomial", "--suite fused", () -> compile(wave, standard));
    refused(
        "'input'",
        "not a polynomial activation",
        () -> compile(exact, standard.withProtocol("input", PolynomialProtocol.ESPN)));
    GraphSketch steep = new GraphSketch(1, 4);
    NetworkGraph large =
        steep.graph(
            steep.activation(
                steep.full("input", 4), new PolynomialBasis(0, 0, 0, 0, 0, 0, 0, 0, 1e9)));
    refused("'activation1'", "does not fit", () -> compile(large, standard.withFractionBits(24)));
  }

  @Test
  void shouldRefuseSettingsOutOfRange() {
    ClassicSettings standard = ClassicSettings.standard();

    assertThrows(IllegalArgumentException.class, () -> standard.withFractionBits(7));
    assertThrows(IllegalArgumentException.class, () -> standard.withFractionBits(25));
    assertThrows(IllegalArgumentException.class, () -> standard.withSafetyFactor(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> PolynomialProtocol.named("relu"));
    assertEquals(Map.of(), standard.protocols().ofLayer());
  }

  private static ClassicNetwork compile(NetworkGraph graph, ClassicSettings settings) {
    return ClassicCompiler.compile(graph, GraphSketch.inputs(graph, SEED, 2), settings);
  }

  private static void refused(String first, String second, Executable compilation) {
    String message = assertThrows(ModelCompileException.class, compilation).getMessage();

    assertTrue(message.contains(first) && message.contains(second), message);
    assertEquals(1, message.lines().count(), message);
  }
}
