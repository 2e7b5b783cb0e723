// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.ConcatNode;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ProductNode;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Operation;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.activation.TrigonometricBasis;
import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Networks that have every kind of node, with branches that join again. */
public final class EveryKindOfNode {
  private static final ScalarFunction X = new ScalarFunction.Argument();

  private final SplittableRandom random;
  private final List<GraphNode> nodes = new ArrayList<>();

  private EveryKindOfNode(SplittableRandom random) {
    this.random = random;
  }

  /** Returns a network with random numbers in it, of input [2, 6, 6]. */
  public static NetworkGraph graph(long seed) {
    return new EveryKindOfNode(new SplittableRandom(seed)).graph();
  }

  private NetworkGraph graph() {
    Shape shape = Shape.of(4, 6, 6);
    linear("conv", "x", new Convolution2d(2, 6, 6, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1), true);
    affine("norm", "conv", shape);
    nodes.add(new ReluNode("relu", List.of("norm"), shape));
    linear(
        "grouped", "relu", new Convolution2d(4, 6, 6, 4, 3, 2, 2, 1, 2, 0, 1, 1, 1, 1, 2), false);
    Shape half = nodes.get(nodes.size() - 1).outputShape();
    nodes.add(harmonic("waves", "norm", shape, 4));
    nodes.add(harmonic("wave", "conv", shape, 1));
    nodes.add(new AddNode("sum", List.of("waves", "wave"), shape));
    nodes.add(new AddNode("difference", List.of("sum", "relu"), shape, true));
    nodes.add(
        new ActivationNode(
            "quartic", List.of("difference"), shape, new PolynomialBasis(0.3, 0.5, 0.2, 0, -0.01)));
    nodes.add(
        new ActivationNode(
            "cosines",
            List.of("quartic"),
            shape,
            new TrigonometricBasis(
                0.1, 0.4, 20, new double[] {0.5, 0, -0.2}, new double[] {0, 0.3, 0.1})));
    nodes.add(new FunctionNode("function", List.of("cosines"), shape, functions()));
    nodes.add(new FunctionNode("gelu", List.of("function"), shape, List.of(gelu())));
    nodes.add(new MaxPoolNode("largest", List.of("gelu"), shape, 3, 3, 2, 2, 1, 1, 0, 0));
    nodes.add(new AveragePoolNode("mean", List.of("gelu"), shape, 2, 3, 2, 2, 0, 1, 0, 0, true));
    nodes.add(AveragePoolNode.global("factors", "quartic", shape));
    nodes.add(new ProductNode("scaled", List.of("gelu", "factors"), shape, Shape.of(4, 1, 1)));
    nodes.add(new ProductNode("product", List.of("scaled", "relu"), shape, shape));
    TensorView framed = TensorView.padded(shape, new int[] {0, 1, 1}, new int[3], false);
    nodes.add(new ViewNode("framed", List.of("product"), framed, 0.5f));
    TensorView turned = TensorView.transposed(shape, 0, 2, 1);
    nodes.add(new ViewNode("turned", List.of("scaled"), turned, 0));
    nodes.add(new AddNode("crossed", List.of("turned", "product"), shape));
    Shape small = nodes.get(12).outputShape();
    Concatenation halves = new Concatenation(List.of(small, small), 0);
    nodes.add(new ConcatNode("both", List.of("largest", "mean"), halves));
    flat("flat.both", "both");
    flat("flat.crossed", "crossed");
    flat("flat.framed", "framed");
    flat("flat.grouped", "grouped");
    List<String> parts = List.of("flat.both", "flat.crossed", "flat.framed", "flat.grouped");
    List<Shape> shapes =
        List.of(
            Shape.of(2 * small.elementCount()),
            Shape.of(shape.elementCount()),
            Shape.of(framed.outputShape().elementCount()),
            Shape.of(half.elementCount()));
    Concatenation all = new Concatenation(shapes, 0);
    nodes.add(new ConcatNode("all", parts, all));
    affine("scaled.all", "all", all.outputShape());
    linear("full", "scaled.all", new MatrixProduct(all.outputShape().elementCount(), 6), true);
    nodes.add(harmonic("waves.of.vector", "full", Shape.of(6), 1));
    nodes.add(
        new FunctionNode("tanh", List.of("full"), Shape.of(6), List.of(X.apply(Operation.TANH))));
    nodes.add(new ReshapeNode("plane", List.of("waves.of.vector"), Shape.of(6), Shape.of(1, 2, 3)));
    flat("row", "plane");
    nodes.add(new AddNode("y", List.of("row", "tanh"), Shape.of(6)));
    return new NetworkGraph("all kinds", "x", Shape.of(2, 6, 6), nodes, "y");
  }

  private void flat(String name, String input) {
    Shape shape =
        nodes.stream().filter(n -> n.name().equals(input)).findAny().orElseThrow().outputShape();
    nodes.add(new ReshapeNode(name, List.of(input), shape, Shape.of(shape.elementCount())));
  }

  private void linear(String name, String input, LinearMap map, boolean biased) {
    int count = map.weightShape().elementCount();
    int rows = map.outputShape().dim(0);
    float reach = (float) Math.sqrt(3.0 * rows / count);
    nodes.add(
        new LinearNode(
            name, List.of(input), map, uniform(count, reach), biased ? uniform(rows, 0.5f) : null));
  }

  private void affine(String name, String input, Shape shape) {
    int channels = shape.dim(0);
    nodes.add(
        new AffineNode(
            name, List.of(input), shape, uniform(channels, 1.5f), uniform(channels, 0.5f)));
  }

  private HarmonicNode harmonic(String name, String input, Shape shape, int channels) {
    int harmonics = random.nextInt(2, 5);
    boolean sloped = random.nextBoolean();
    HarmonicFunction function =
        new HarmonicFunction(
            channels,
            harmonics,
            random.ints(channels * harmonics, 1, 99).toArray(),
            random.doubles(channels, -1, 1).toArray(),
            sloped ? random.doubles(channels, -1, 1).toArray() : new double[channels],
            random.doubles(channels * harmonics, -0.5, 0.5).toArray(),
            random.doubles(channels * harmonics, -0.5, 0.5).toArray());
    return new HarmonicNode(name, List.of(input), shape, function, 64);
  }

  /** Two that differ in a constant, one of another form and one that is constant. */
  private List<ScalarFunction> functions() {
    return List.of(leaky(0.1), swish(), leaky(-0.3), new ScalarFunction.Constant(0.7));
  }

  private static ScalarFunction leaky(double slope) {
    ScalarFunction negative = X.combine(Combination.MIN, 0).combine(Combination.MULTIPLY, slope);
    return ScalarFunction.relu().combine(Combination.ADD, negative);
  }

  private static ScalarFunction swish() {
    ScalarFunction softplus = X.apply(Operation.SOFTPLUS);
    return new ScalarFunction.Selected(
        X.combine(Combination.SUBTRACT, 0.25),
        X.combine(Combination.MULTIPLY, X.apply(Operation.SIGMOID)),
        softplus.combine(Combination.DIVIDE, 1.5));
  }

  private static ScalarFunction gelu() {
    ScalarFunction erf = X.combine(Combination.DIVIDE, Math.sqrt(2)).apply(Operation.ERF);
    return X.combine(Combination.MULTIPLY, 0.5)
        .combine(Combination.MULTIPLY, erf.combine(Combination.ADD, 1));
  }

  private float[] uniform(int count, float reach) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-reach, reach);
    }
    return values;
  }

  /** Returns an input of the network. */
  public static float[] input(long seed) {
    float[] input = new float[72];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < input.length; i++) {
      input[i] = (float) random.nextDouble(-2, 2);
    }
    return input;
  }
}
