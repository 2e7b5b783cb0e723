// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.zoo;

import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.ConcatNode;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ProductNode;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/**
 * Appends layers one after the other; each reads the latest tensor. One network per object; not
 * thread-safe.
 */
final class LayerWriter {
  /** Uniform numbers below this in magnitude have variance 1. */
  static final double UNIT_REACH = Math.sqrt(3);

  private static final String INPUT = "input";

  /** Keeps biases from being zero everywhere; too small to move a range. */
  private static final double SHIFT_REACH = 0.05;

  private final ActivationBasis basisOrNull;

  /** Mean square of the function of a standard normal variable. */
  private final double activeSquare;

  private final SplittableRandom random;
  private final List<GraphNode> nodes = new ArrayList<>();
  private Shape inputShape;
  private Tensor latest;

  /** A tensor, and the mean square that its elements have, roughly. */
  record Tensor(String name, Shape shape, double meanSquare) {}

  private LayerWriter(ActivationBasis basisOrNull, DoubleUnaryOperator function, long seed) {
    this.basisOrNull = basisOrNull;
    this.activeSquare = normalMeanSquare(function);
    this.random = new SplittableRandom(seed);
  }

  static LayerWriter relu(long seed) {
    return new LayerWriter(null, y -> Math.max(0, y), seed);
  }

  static LayerWriter of(ActivationBasis basis, long seed) {
    return new LayerWriter(basis, basis::value, seed);
  }

  /** E f(z)^2 for standard normal z, by the trapezoidal rule; the weights need not be exact. */
  private static double normalMeanSquare(DoubleUnaryOperator function) {
    double sum = 0;
    double total = 0;
    for (int i = -64; i <= 64; i++) {
      double z = i / 16.0;
      double density = StrictMath.exp(-z * z / 2);
      double value = function.applyAsDouble(z);
      sum += density * value * value;
      total += density;
    }
    return sum / total;
  }

  void start(Shape shape) {
    inputShape = shape;
    latest = new Tensor(INPUT, shape, 1);
  }

  Tensor latest() {
    return latest;
  }

  /** Goes on from a tensor that is not the latest. */
  void from(Tensor tensor) {
    latest = tensor;
  }

  int channels() {
    return latest.shape().dim(0);
  }

  /** A square convolution, padded so that stride 1 keeps the size; its outputs have variance 1. */
  void convolution(int outputChannels, int kernel, int stride, boolean biased) {
    convolution(outputChannels, kernel, stride, kernel / 2, 1, biased);
  }

  /** A square convolution of each channel by itself, padded so that stride 1 keeps the size. */
  void depthwiseConvolution(int kernel, int stride) {
    convolution(channels(), kernel, stride, kernel / 2, channels(), false);
  }

  /** A square convolution with padding and groups. */
  void convolution(
      int outputChannels, int kernel, int stride, int pad, int groups, boolean biased) {
    Shape shape = latest.shape();
    linear(
        "conv",
        new Convolution2d(
            shape.dim(0),
            shape.dim(1),
            shape.dim(2),
            outputChannels,
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
        biased);
  }

  void fullyConnected(int outputCount) {
    fullyConnected(outputCount, true);
  }

  void fullyConnected(int outputCount, boolean biased) {
    linear("full", new MatrixProduct(latest.shape().elementCount(), outputCount), biased);
  }

  private void linear(String kind, LinearMap map, boolean biased) {
    int rows = map.outputShape().dim(0);
    int weightCount = map.weightShape().elementCount();
    double fanIn = (double) weightCount / rows;
    float[] weights = uniform(weightCount, UNIT_REACH / Math.sqrt(fanIn * latest.meanSquare()));
    float[] bias = biased ? uniform(rows, SHIFT_REACH) : null;
    append(new LinearNode(name(kind), List.of(latest.name()), map, weights, bias), 1);
  }

  /** Batch normalisation as of inference, with one scale for all channels. */
  void normalise(double scale) {
    float[] scales = new float[channels()];
    Arrays.fill(scales, (float) scale);
    append(
        new AffineNode(
            name("norm"),
            List.of(latest.name()),
            latest.shape(),
            scales,
            uniform(channels(), SHIFT_REACH)),
        scale * scale * latest.meanSquare());
  }

  /** Activates the output of a linear layer, whose mean is about 0. */
  void activate() {
    activate(activeSquare * latest.meanSquare());
  }

  /** Activates a sum with tensors that were activated before, most of which stays as it is. */
  void activateSum() {
    activate(latest.meanSquare());
  }

  private void activate(double meanSquare) {
    List<String> inputs = List.of(latest.name());
    Shape shape = latest.shape();
    append(
        basisOrNull == null
            ? new ReluNode(name("relu"), inputs, shape)
            : new ActivationNode(name("activation"), inputs, shape, basisOrNull),
        meanSquare);
  }

  /** Applies a function that stays, whichever function the network is built with. */
  void apply(ScalarFunction function) {
    append(
        new FunctionNode(
            name("function"), List.of(latest.name()), latest.shape(), List.of(function)),
        normalMeanSquare(function::value) * latest.meanSquare());
  }

  /** The largest of square windows that do not overlap. */
  void maxPool(int kernel) {
    append(
        new MaxPoolNode(
            name("pool"),
            List.of(latest.name()),
            latest.shape(),
            kernel,
            kernel,
            kernel,
            kernel,
            0,
            0,
            0,
            0),
        2 * latest.meanSquare());
  }

  /** The channels of a tensor, and behind them those of the latest. */
  void concatenate(Tensor first) {
    append(
        new ConcatNode(
            name("concat"),
            List.of(first.name(), latest.name()),
            new Concatenation(List.of(first.shape(), latest.shape()), 0)),
        (first.meanSquare() + latest.meanSquare()) / 2);
  }

  /** A tensor, each of its channels multiplied by one of the latest, whose elements are below 1. */
  void scale(Tensor features) {
    append(
        new ProductNode(
            name("product"),
            List.of(features.name(), latest.name()),
            features.shape(),
            latest.shape()),
        features.meanSquare() / 4);
  }

  /** The mean over square windows. */
  void averagePool(int kernel, int stride, int pad) {
    List<String> inputs = List.of(latest.name());
    append(
        new AveragePoolNode(
            name("pool"),
            inputs,
            latest.shape(),
            kernel,
            kernel,
            stride,
            stride,
            pad,
            pad,
            pad,
            pad,
            true),
        latest.meanSquare());
  }

  void globalPool() {
    append(
        AveragePoolNode.global(name("pool"), latest.name(), latest.shape()), latest.meanSquare());
  }

  void flatten() {
    Shape flat = Shape.of(latest.shape().elementCount());
    append(
        new ReshapeNode(name("flat"), List.of(latest.name()), latest.shape(), flat),
        latest.meanSquare());
  }

  /** The sum of the latest tensor and another. */
  void add(Tensor other) {
    append(
        new AddNode(name("sum"), List.of(latest.name(), other.name()), latest.shape()),
        latest.meanSquare() + other.meanSquare());
  }

  /** Mean square of an activation whose input has variance 1. */
  double activeSquare() {
    return activeSquare;
  }

  /** Ends with a fully connected layer, one output for each class. */
  NetworkGraph finish(String network, int classCount) {
    fullyConnected(classCount);
    return new NetworkGraph(network, INPUT, inputShape, nodes, latest.name());
  }

  private String name(String kind) {
    return kind + nodes.size();
  }

  private void append(GraphNode node, double meanSquare) {
    nodes.add(node);
    latest = new Tensor(node.name(), node.outputShape(), meanSquare);
  }

  private float[] uniform(int count, double reach) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (reach * (2 * random.nextDouble() - 1));
    }
    return values;
  }
}
