// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

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

/**
 * Puts a Walsh-Hadamard transform and a diagonal in the place of square linear layers: fully
 * connected ones, and convolutions of 1x1, whose channels are a power of two. n weights take the
 * place of n^2. Source: W. Gao et al., "HD-cos Networks: Efficient Neural Architectures for Secure
 * Multi-Party Computation" (arXiv 2110.15440).
 *
 * <p>The transform is written as sums and differences, which parties compute on shares without a
 * message and without rounding: after each of its log2(n) stages a value has the same scale and at
 * most twice the magnitude. The diagonal is an {@link AffineNode}, or part of the one that follows.
 * Both are ordinary operators in ONNX (Slice, Add, Sub, Concat, BatchNormalization).
 */
public final class HadamardDiagonal {
  private HadamardDiagonal() {}

  /**
   * Returns whether a layer can be replaced.
   *
   * @param node any node
   */
  public static boolean fits(GraphNode node) {
    return node instanceof LinearNode linear && isSquare(linear.map());
  }

  private static boolean isSquare(LinearMap map) {
    boolean pointwise =
        map instanceof MatrixProduct
            || map instanceof Convolution2d c
                && c.kernelHeight() == 1
                && c.kernelWidth() == 1
                && c.groups() == 1;
    return pointwise
        && map.inputShape().equals(map.outputShape())
        && map.inputShape().dim(0) > 1
        && Integer.bitCount(map.inputShape().dim(0)) == 1;
  }

  /**
   * Returns the network with every such layer replaced, but not the last one, whose outputs are
   * classes. Weights are lost: the diagonal is {@code 1 / sqrt(n)}, with which the transform
   * preserves lengths. Biases stay.
   */
  public static NetworkGraph replaced(NetworkGraph graph) {
    Map<String, Integer> readers = new HashMap<>();
    readers.put(graph.outputName(), 1);
    for (GraphNode node : graph.nodes()) {
      node.inputs().forEach(input -> readers.merge(input, 1, Integer::sum));
    }
    List<GraphNode> nodes = new ArrayList<>();
    Map<String, Double> scaled = new HashMap<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      GraphNode node = graph.nodes().get(i);
      if (!node.name().equals(graph.outputName()) && fits(node)) {
        LinearNode linear = (LinearNode) node;
        boolean followed =
            linear.biasOrNull() == null
                && readers.get(node.name()) == 1
                && graph.nodes().stream()
                    .anyMatch(n -> n instanceof AffineNode && n.inputs().contains(node.name()));
        addTo(nodes, linear, followed);
        if (followed) {
          scaled.put(node.name(), factor(linear.map()));
        }
      } else if (node instanceof AffineNode affine && scaled.containsKey(node.inputs().get(0))) {
        float[] scales = affine.scalePerChannel().clone();
        for (int c = 0; c < scales.length; c++) {
          scales[c] *= scaled.get(node.inputs().get(0)).floatValue();
        }
        nodes.add(
            new AffineNode(
                node.name(), node.inputs(), affine.shape(), scales, affine.shiftPerChannel()));
      } else {
        nodes.add(node);
      }
    }
    return graph.withNodes(nodes);
  }

  private static double factor(LinearMap map) {
    return 1 / Math.sqrt(map.inputShape().dim(0));
  }

  private static void addTo(List<GraphNode> nodes, LinearNode linear, boolean followed) {
    Shape shape = linear.map().inputShape();
    String name = followed ? linear.name() : linear.name() + ".transform";
    nodes.addAll(transform(name, linear.inputs().get(0), shape));
    if (followed) {
      return;
    }
    int channels = shape.dim(0);
    float[] scales = new float[channels];
    Arrays.fill(scales, (float) factor(linear.map()));
    float[] shifts = linear.biasOrNull() == null ? new float[channels] : linear.biasOrNull();
    nodes.add(new AffineNode(linear.name(), List.of(name), shape, scales, shifts));
  }

  /**
   * Returns the transform along the first dimension, without a factor: output i is the sum of input
   * j times {@code (-1)^popcount(i AND j)}. Each stage adds and subtracts neighbours (M. C. Pease,
   * "An Adaptation of the Fast Fourier Transform for Parallel Processing", 1968).
   *
   * @param name of the last node
   * @param input tensor read
   * @param shape its first dimension is a power of two, at least 2
   */
  public static List<GraphNode> transform(String name, String input, Shape shape) {
    int channels = shape.dim(0);
    if (channels < 2 || Integer.bitCount(channels) != 1) {
      throw new IllegalArgumentException(
          "shape is " + shape + ", its first dimension must be a power of two");
    }
    List<GraphNode> nodes = new ArrayList<>();
    int stages = Integer.numberOfTrailingZeros(channels);
    String latest = input;
    for (int stage = 1; stage <= stages; stage++) {
      String prefix = name + "." + stage;
      List<String> neighbours = new ArrayList<>();
      for (int start = 0; start < 2; start++) {
        TensorView view = TensorView.along(shape, 0, start, 2, channels / 2, false);
        neighbours.add(prefix + (start == 0 ? ".even" : ".odd"));
        nodes.add(new ViewNode(neighbours.get(start), List.of(latest), view, 0));
      }
      Shape half = nodes.get(nodes.size() - 1).outputShape();
      List<String> halves = List.of(prefix + ".sum", prefix + ".difference");
      nodes.add(new AddNode(halves.get(0), neighbours, half));
      nodes.add(new AddNode(halves.get(1), neighbours, half, true));
      latest = stage == stages ? name : prefix;
      nodes.add(new ConcatNode(latest, halves, new Concatenation(List.of(half, half), 0)));
    }
    return nodes;
  }
}
