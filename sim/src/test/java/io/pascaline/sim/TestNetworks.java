// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.InferenceResult;
import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.compile.PolynomialProtocol;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.zoo.Zoo;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Small networks with random weights, inputs for them, and what answers must hold. */
final class TestNetworks {
  private static final PolynomialBasis ACTIVATION =
      new PolynomialBasis(0.31445312, 0.5, 0.15625, 0, -0.00292969);

  private TestNetworks() {}

  /** Two convolutions with activations and a join, a pool, a product: 5 rounds. */
  static FusedNetwork residual(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Shape hidden = Shape.of(4, 6, 6);
    return compile(
        Shape.of(2, 6, 6),
        List.of(
            linear("conv1", "input", convolution(2, 4), random),
            new ActivationNode("act1", List.of("conv1"), hidden, ACTIVATION),
            linear("conv2", "act1", convolution(4, 4), random),
            new AddNode("join", List.of("conv2", "act1"), hidden),
            new ActivationNode("act2", List.of("join"), hidden, ACTIVATION),
            AveragePoolNode.global("pool", "act2", hidden),
            new ReshapeNode("flat", List.of("pool"), Shape.of(4, 1, 1), Shape.of(4)),
            linear("logits", "flat", new MatrixProduct(4, 3), random)),
        random);
  }

  /** Products with an activation between each two: {@code 2 * products - 1} rounds in a row. */
  static FusedNetwork chain(int products, int width, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<GraphNode> nodes = new ArrayList<>();
    String last = "input";
    for (int i = 0; i < products; i++) {
      if (i > 0) {
        nodes.add(new ActivationNode("act" + i, List.of(last), Shape.of(width), ACTIVATION));
        last = "act" + i;
      }
      nodes.add(linear("product" + i, last, new MatrixProduct(width, width), random));
      last = "product" + i;
    }
    return compile(Shape.of(width), nodes, random);
  }

  /** One product from many words to two: a single exchange of as many words. */
  static FusedNetwork wide(int width, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return compile(
        Shape.of(width),
        List.of(linear("product", "input", new MatrixProduct(width, 2), random)),
        random);
  }

  /** One of the paper's networks, untrained, with polynomial activations. */
  static FusedNetwork zoo(String name, long seed) {
    NetworkGraph graph = Zoo.build(name, Zoo.usualClassCount(name), ACTIVATION, seed);
    return FusedCompiler.compile(
        graph, List.of(Zoo.randomInput(graph, seed + 1)), FusedSettings.standard());
  }

  /**
   * Returns the same with the activation functions evaluated in one way.
   *
   * @param activation {@code fused}, or a protocol of the classic suite
   */
  static CompiledNetwork zoo(String name, String activation, long seed) {
    if (activation.equals("fused")) {
      return zoo(name, seed);
    }
    NetworkGraph graph = Zoo.build(name, Zoo.usualClassCount(name), ACTIVATION, seed);
    return ClassicCompiler.compile(
        graph,
        List.of(Zoo.randomInput(graph, seed + 1)),
        ClassicSettings.standard().withProtocol(PolynomialProtocol.named(activation)));
  }

  private static FusedNetwork compile(Shape input, List<GraphNode> nodes, SplittableRandom random) {
    NetworkGraph graph =
        new NetworkGraph("test", "input", input, nodes, nodes.get(nodes.size() - 1).name());
    return FusedCompiler.compile(graph, inputs(input, 16, random), FusedSettings.standard());
  }

  private static Convolution2d convolution(int inputs, int outputs) {
    return new Convolution2d(inputs, 6, 6, outputs, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  private static LinearNode linear(
      String name, String input, LinearMap map, SplittableRandom random) {
    float[] weights = new float[map.weightShape().elementCount()];
    double scale = 1 / Math.sqrt((double) weights.length / map.outputShape().dim(0));
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextDouble(-1, 1) * scale);
    }
    return new LinearNode(name, List.of(input), map, weights, null);
  }

  static List<float[]> inputs(Shape shape, int count, SplittableRandom random) {
    List<float[]> inputs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] input = new float[shape.elementCount()];
      for (int k = 0; k < input.length; k++) {
        input[k] = (float) random.nextDouble(-1, 1);
      }
      inputs.add(input);
    }
    return inputs;
  }

  static List<float[]> inputs(CompiledNetwork network, int count, long seed) {
    return inputs(network.plan().inputShape(), count, new SplittableRandom(seed));
  }

  /** The answer equals the integer semantics up to the bound derived for that very input. */
  static void assertAnswer(FusedNetwork network, float[] input, InferenceResult result) {
    FusedEvaluator evaluator = new FusedEvaluator(network);
    int[] words = evaluator.encodeInput(input);
    int[] expected = evaluator.run(words);
    double[] boundUlps = evaluator.errorBoundUlps(words);
    assertEquals(expected.length, result.logitWords().length);
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) result.logitWords()[i] - expected[i]);
      assertTrue(
          difference <= boundUlps[i],
          "logit " + i + ": off by " + difference + ", bound " + boundUlps[i]);
    }
  }
}
