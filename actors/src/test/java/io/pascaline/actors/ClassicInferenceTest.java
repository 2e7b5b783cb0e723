// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.compile.PolynomialProtocol;
import io.pascaline.layers.evaluate.ClassicEvaluator;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.DoubleWordPlanes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same actors on plans of the classic suite: many rounds, one, or none in a layer. */
@Timeout(120)
class ClassicInferenceTest {
  private static final Shape HIDDEN = Shape.of(3, 6, 6);
  private static final int INFERENCE_COUNT = 6;

  private enum Activations {
    EXACT {
      @Override
      GraphNode first() {
        return new ReluNode("act1", List.of("conv1"), HIDDEN);
      }
    },
    MIXED {
      @Override
      GraphNode first() {
        return polynomial("act1", "conv1", ReplaceRelu.POLY4);
      }
    },
    WITHOUT_A_ROUND {
      @Override
      GraphNode first() {
        return polynomial("act1", "conv1", new PolynomialBasis(0.25, 0.5));
      }
    };

    abstract GraphNode first();
  }

  @ParameterizedTest
  @EnumSource(Activations.class)
  void shouldAnswerAtThePlannedCost(Activations activations) throws Exception {
    long seed = 40 + activations.ordinal();
    SplittableRandom random = new SplittableRandom(seed);
    ClassicNetwork network = network(activations, random);
    PlanCosts costs = network.plan().costs();

    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      List<float[]> images = new ArrayList<>();
      List<CompletionStage<InferenceResult>> results = new ArrayList<>();
      for (int i = 0; i < INFERENCE_COUNT; i++) {
        images.add(Fixtures.image(random));
        results.add(service.infer(images.get(i)));
      }
      for (int i = 0; i < INFERENCE_COUNT; i++) {
        assertAnswer(network, images.get(i), Fixtures.await(results.get(i)), seed);
      }
      for (PartyTraffic party : service.statistics().parties()) {
        assertEquals((long) INFERENCE_COUNT * costs.rounds(), party.rounds());
        assertEquals(INFERENCE_COUNT * costs.onlineBytesPerDirection(), party.openedBytesSent());
        assertEquals(costs.setupBytesPerDirection(), party.setupBytesSent());
      }
    }
  }

  private static void assertAnswer(
      ClassicNetwork network, float[] image, InferenceResult result, long seed) {
    ClassicEvaluator evaluator = new ClassicEvaluator(network);
    long[] input = evaluator.encodeInput(image);
    long[] expected = evaluator.run(input);
    double boundUlps = evaluator.errorBoundUlps(input);
    long[] actual = new long[expected.length];
    DoubleWordPlanes.join(result.logitWords(), 0, actual);
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) (actual[i] - expected[i]));
      assertTrue(
          difference <= boundUlps,
          "seed " + seed + ", logit " + i + ": off by " + difference + ", bound " + boundUlps);
    }
    double unit = Math.scalb(1.0, network.plan().outputFractionBits());
    assertTrue(boundUlps < unit, "seed " + seed + ": bound " + boundUlps + " says nothing");
  }

  private static ClassicNetwork network(Activations activations, SplittableRandom random) {
    NetworkGraph graph =
        new NetworkGraph(
            "small",
            "input",
            Fixtures.INPUT,
            List.of(
                linear("conv1", "input", convolution(2), random),
                activations.first(),
                linear("conv2", "act1", convolution(3), random),
                new AddNode("join", List.of("conv2", "act1"), HIDDEN),
                activations == Activations.MIXED
                    ? polynomial("act2", "join", ReplaceRelu.POLY4)
                    : new ReluNode("act2", List.of("join"), HIDDEN),
                new MaxPoolNode("max", List.of("act2"), HIDDEN, 2, 2, 2, 2, 0, 0, 0, 0),
                AveragePoolNode.global("mean", "max", Shape.of(3, 3, 3)),
                new ReshapeNode("flat", List.of("mean"), Shape.of(3, 1, 1), Shape.of(3)),
                linear("logits", "flat", new MatrixProduct(3, 3), random)),
            "logits");
    List<float[]> calibration = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      calibration.add(Fixtures.image(random));
    }
    ClassicSettings standard = ClassicSettings.standard();
    return ClassicCompiler.compile(
        graph,
        calibration,
        activations == Activations.MIXED
            ? standard
                .withProtocol("act1", PolynomialProtocol.TREE)
                .withProtocol("act2", PolynomialProtocol.ESPN)
            : standard);
  }

  private static GraphNode polynomial(String name, String input, ActivationBasis basis) {
    return new ActivationNode(name, List.of(input), HIDDEN, basis);
  }

  private static Convolution2d convolution(int inputs) {
    return new Convolution2d(inputs, 6, 6, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  private static LinearNode linear(
      String name, String input, LinearMap map, SplittableRandom random) {
    float[] weights = new float[map.weightShape().elementCount()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextDouble(-0.3, 0.3);
    }
    return new LinearNode(name, List.of(input), map, weights, null);
  }
}
