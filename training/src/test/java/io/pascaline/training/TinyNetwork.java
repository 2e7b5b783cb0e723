// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** An 8x8 grey image to four classes: two normalised convolutions, the second with a shortcut. */
final class TinyNetwork {
  static final int SIZE = 8;
  static final int CLASSES = 4;
  private static final int CHANNELS = 4;

  private TinyNetwork() {}

  static NetworkGraph graph(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<GraphNode> nodes = new ArrayList<>();
    Shape plane = Shape.of(CHANNELS, SIZE, SIZE);
    nodes.add(linear("conv1", "image", convolution(1), random));
    nodes.add(norm("norm1", "conv1", plane));
    nodes.add(new ReluNode("first", List.of("norm1"), plane));
    nodes.add(linear("conv2", "first", convolution(CHANNELS), random));
    nodes.add(norm("norm2", "conv2", plane));
    nodes.add(new AddNode("sum", List.of("norm2", "first"), plane));
    nodes.add(new ReluNode("second", List.of("sum"), plane));
    nodes.add(new AveragePoolNode("pool", List.of("second"), plane, 2, 2, 2, 2, 0, 0, 0, 0, true));
    Shape pooled = Shape.of(CHANNELS, SIZE / 2, SIZE / 2);
    Shape flat = Shape.of(pooled.elementCount());
    nodes.add(new ReshapeNode("flat", List.of("pool"), pooled, flat));
    nodes.add(linear("logits", "flat", new MatrixProduct(flat.elementCount(), CLASSES), random));
    return new NetworkGraph("tiny", "image", Shape.of(1, SIZE, SIZE), nodes, "logits");
  }

  private static Convolution2d convolution(int inputs) {
    return new Convolution2d(inputs, SIZE, SIZE, CHANNELS, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  private static LinearNode linear(
      String name, String input, LinearMap map, SplittableRandom random) {
    float[] weights = new float[map.weightShape().elementCount()];
    double reach = Math.sqrt(3.0 * map.outputShape().dim(0) / weights.length);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextDouble(-reach, reach);
    }
    return new LinearNode(name, List.of(input), map, weights, null);
  }

  private static AffineNode norm(String name, String input, Shape shape) {
    float[] ones = new float[CHANNELS];
    Arrays.fill(ones, 1);
    return new AffineNode(name, List.of(input), shape, ones, new float[CHANNELS]);
  }
}
