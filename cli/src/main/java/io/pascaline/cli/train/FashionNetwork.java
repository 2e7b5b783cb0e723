package io.pascaline.cli.train;

import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.protocols.ring.Convolution2d;
import io.pascaline.protocols.ring.LinearMap;
import io.pascaline.protocols.ring.MatrixProduct;
import io.pascaline.protocols.ring.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The layout of the bundled network, for images of any size: four convolutions with batch
 * normalisation, one of them residual, and one matrix product; on 28x28 grey images 3.7 million
 * multiply-adds and 18,816 activations. Its first convolution has stride 2, because an activation's
 * communication grows with its elements. Weights as of K. He et al., "Delving Deep into Rectifiers"
 * (ICCV 2015), uniform.
 */
final class FashionNetwork {
  /** On the command line. */
  static final String NAME = "fashion";

  /** Smallest height and width that the pool still halves. */
  static final int LEAST_SIDE = 4;

  private final SplittableRandom random;
  private final List<GraphNode> nodes = new ArrayList<>();
  private String last = "input";
  private Shape shape;

  private FashionNetwork(Shape shape, long seed) {
    this.shape = shape;
    this.random = new SplittableRandom(seed);
  }

  /**
   * Builds the network with exact ReLU.
   *
   * @param input [C,H,W]
   * @param classCount number of outputs
   * @param seed of the weights
   */
  static NetworkGraph build(Shape input, int classCount, long seed) {
    FashionNetwork network = new FashionNetwork(input, seed);
    network.stage("stem", 16, 5, 2, false);
    network.stage("widen", 32, 3, 1, false);
    network.stage("residual", 32, 3, 1, true);
    network.pool();
    network.stage("deepen", 64, 3, 1, false);
    network.logits(classCount);
    return new NetworkGraph(NAME, "input", input, network.nodes, network.last);
  }

  private void stage(String name, int channels, int kernel, int stride, boolean residual) {
    String from = last;
    int pad = kernel / 2;
    linear(
        name + "_conv",
        new Convolution2d(
            shape.dim(0),
            shape.dim(1),
            shape.dim(2),
            channels,
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
            1),
        false);
    float[] scales = new float[channels];
    Arrays.fill(scales, 1);
    append(
        new AffineNode(name + "_norm", List.of(last), shape, scales, new float[channels]), shape);
    if (residual) {
      append(new AddNode(name + "_sum", List.of(last, from), shape), shape);
    }
    append(new ReluNode(name, List.of(last), shape), shape);
  }

  private void pool() {
    // An odd last row or column is left out.
    AveragePoolNode pool =
        new AveragePoolNode("pool", List.of(last), shape, 2, 2, 2, 2, 0, 0, 0, 0, true);
    append(pool, pool.outputShape());
  }

  private void logits(int classCount) {
    Shape flat = Shape.of(shape.elementCount());
    append(new ReshapeNode("flat", List.of(last), shape, flat), flat);
    linear("logits", new MatrixProduct(flat.elementCount(), classCount), true);
  }

  private void linear(String name, LinearMap map, boolean biased) {
    int rows = map.outputShape().dim(0);
    float[] weights = new float[map.weightShape().elementCount()];
    double reach = Math.sqrt(6.0 * rows / weights.length);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextDouble(-reach, reach);
    }
    append(
        new LinearNode(name, List.of(last), map, weights, biased ? new float[rows] : null),
        map.outputShape());
  }

  private void append(GraphNode node, Shape output) {
    nodes.add(node);
    last = node.name();
    shape = output;
  }
}
