// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.ConcatNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ProductNode;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Builds networks with random weights; every method appends a node and returns its name. */
public final class GraphSketch {
  /** The published quartic stand-in for ReLU. */
  public static final PolynomialBasis QUARTIC =
      new PolynomialBasis(0.31445312, 0.5, 0.15625, 0, -0.00292969);

  private final SplittableRandom random;
  private final Shape inputShape;
  private final List<GraphNode> nodes = new ArrayList<>();
  private final Map<String, Shape> shapes = new HashMap<>();

  public GraphSketch(long seed, int... inputDims) {
    this.random = new SplittableRandom(seed);
    this.inputShape = Shape.of(inputDims);
    shapes.put("input", inputShape);
  }

  private String add(GraphNode node) {
    nodes.add(node);
    shapes.put(node.name(), node.outputShape());
    return node.name();
  }

  private String name(String kind) {
    return kind + nodes.size();
  }

  private float uniform(double reach) {
    return (float) random.nextDouble(-reach, reach);
  }

  private float[] uniform(int count, double reach) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = uniform(reach);
    }
    return values;
  }

  public String linear(String input, LinearMap map, boolean biased) {
    int rows = map.outputShape().dim(0);
    int fanIn = map.weightShape().elementCount() / rows;
    float[] weights = uniform(map.weightShape().elementCount(), Math.sqrt(3.0 / fanIn));
    return add(
        new LinearNode(
            name("linear"), List.of(input), map, weights, biased ? uniform(rows, 0.3) : null));
  }

  public String conv(String input, int outputs, int kernel, int stride, int pad, int groups) {
    Shape shape = shapes.get(input);
    return linear(
        input,
        new Convolution2d(
            shape.dim(0),
            shape.dim(1),
            shape.dim(2),
            outputs,
            kernel,
            kernel,
            stride,
            stride,
            pad,
            pad,
            pad,
            pad,
            1,
            1,
            groups),
        (nodes.size() & 1) == 0);
  }

  public String full(String input, int outputs) {
    return linear(input, new MatrixProduct(shapes.get(input).elementCount(), outputs), true);
  }

  public String affine(String input) {
    int channels = shapes.get(input).dim(0);
    float[] scale = new float[channels];
    for (int i = 0; i < channels; i++) {
      scale[i] = (float) random.nextDouble(0.5, 1.5);
    }
    return add(
        new AffineNode(
            name("affine"), List.of(input), shapes.get(input), scale, uniform(channels, 0.5)));
  }

  public String activation(String input) {
    return activation(input, QUARTIC);
  }

  public String activation(String input, ActivationBasis basis) {
    return add(new ActivationNode(name("activation"), List.of(input), shapes.get(input), basis));
  }

  public String relu(String input) {
    return add(new ReluNode(name("relu"), List.of(input), shapes.get(input)));
  }

  public String maxPool(String input, int kernel, int stride, int pad) {
    return add(
        new MaxPoolNode(
            name("pool"),
            List.of(input),
            shapes.get(input),
            kernel,
            kernel,
            stride,
            stride,
            pad,
            pad,
            pad,
            pad));
  }

  public String pool(String input, int kernel, int stride, int pad) {
    return add(
        new AveragePoolNode(
            name("pool"),
            List.of(input),
            shapes.get(input),
            kernel,
            kernel,
            stride,
            stride,
            pad,
            pad,
            pad,
            pad,
            true));
  }

  public String globalPool(String input) {
    return add(AveragePoolNode.global(name("pool"), input, shapes.get(input)));
  }

  public String sum(String left, String right) {
    return add(new AddNode(name("sum"), List.of(left, right), shapes.get(left)));
  }

  public String product(String first, String second) {
    return add(
        new ProductNode(
            name("product"), List.of(first, second), shapes.get(first), shapes.get(second)));
  }

  public String difference(String left, String right) {
    return add(new AddNode(name("difference"), List.of(left, right), shapes.get(left), true));
  }

  public String concat(int axis, String... inputs) {
    List<Shape> parts = Arrays.stream(inputs).map(shapes::get).toList();
    return add(new ConcatNode(name("concat"), List.of(inputs), new Concatenation(parts, axis)));
  }

  public String view(String input, Function<Shape, TensorView> geometry, double pad) {
    TensorView view = geometry.apply(shapes.get(input));
    return add(new ViewNode(name("view"), List.of(input), view, (float) pad));
  }

  public String transposed(String input, int... order) {
    return view(input, shape -> TensorView.transposed(shape, order), 0);
  }

  public String flat(String input) {
    Shape shape = shapes.get(input);
    return add(
        new ReshapeNode(name("flat"), List.of(input), shape, Shape.of(shape.elementCount())));
  }

  public NetworkGraph graph(String output) {
    return new NetworkGraph("sketch", "input", inputShape, nodes, output);
  }

  /** Inputs uniform in [-1, 1]. */
  public static List<float[]> inputs(NetworkGraph graph, long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed ^ 0x5EEDL);
    List<float[]> inputs = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      float[] input = new float[graph.inputShape().elementCount()];
      for (int i = 0; i < input.length; i++) {
        input[i] = (float) random.nextDouble(-1, 1);
      }
      inputs.add(input);
    }
    return inputs;
  }
}
