// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.testsupport;

import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.plan.FusedActivationLayer;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.FusedProductLayer;
import io.pascaline.layers.plan.HarmonicActivationLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.fused.FusedActivation;
import io.pascaline.protocols.fused.FusedProduct;
import io.pascaline.protocols.fused.HarmonicActivation;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Networks with random weights, shallow enough for a rigorous bound of their answers, compiled for
 * the fused suite.
 */
public final class SmallNetworks {
  /** The published quartic in place of ReLU. */
  public static final PolynomialBasis ACTIVATION =
      new PolynomialBasis(0.31445312, 0.5, 0.15625, 0, -0.00292969);

  private static final int INPUTS = 2;
  private static final int CLASSES = 3;

  private SmallNetworks() {}

  /** Returns the shape of inputs of this many pixels a side. */
  public static Shape inputShape(int side) {
    return Shape.of(INPUTS, side, side);
  }

  /**
   * Returns conv, act, conv joined with its input, act, pool, fully connected: 5 layers with
   * messages.
   *
   * @param channels hidden channels
   * @param side pixels a side
   * @param calibration inputs that ranges are found with; drawn after the weights
   */
  public static FusedNetwork residual(
      SplittableRandom random, int channels, int side, Supplier<List<float[]>> calibration) {
    Shape hidden = Shape.of(channels, side, side);
    List<GraphNode> nodes = new ArrayList<>();
    nodes.add(linear("conv1", "input", convolution(INPUTS, channels, side), random));
    nodes.add(new ActivationNode("act1", List.of("conv1"), hidden, ACTIVATION));
    nodes.add(linear("conv2", "act1", convolution(channels, channels, side), random));
    nodes.add(new AddNode("join", List.of("conv2", "act1"), hidden));
    nodes.add(new ActivationNode("act2", List.of("join"), hidden, ACTIVATION));
    return withHead(nodes, hidden, random, calibration);
  }

  /**
   * Returns one fully connected layer of two inputs and three outputs: a plan of the least cost.
   */
  public static FusedNetwork linear() {
    LinearNode only =
        new LinearNode(
            "logits",
            List.of("input"),
            new MatrixProduct(2, CLASSES),
            new float[] {1, 2, 3, 4, 5, 6},
            new float[CLASSES]);
    return FusedCompiler.compile(
        new NetworkGraph("linear", "input", Shape.of(2), List.of(only), "logits"),
        List.of(new float[] {1, -1}, new float[] {-1, 1}),
        FusedSettings.standard());
  }

  /** Returns the residual network without the join. */
  public static FusedNetwork plain(
      SplittableRandom random, int channels, int side, Supplier<List<float[]>> calibration) {
    Shape hidden = Shape.of(channels, side, side);
    List<GraphNode> nodes = new ArrayList<>();
    nodes.add(linear("conv1", "input", convolution(INPUTS, channels, side), random));
    nodes.add(new ActivationNode("act1", List.of("conv1"), hidden, ACTIVATION));
    nodes.add(linear("conv2", "act1", convolution(channels, channels, side), random));
    nodes.add(new ActivationNode("act2", List.of("conv2"), hidden, ACTIVATION));
    return withHead(nodes, hidden, random, calibration);
  }

  private static FusedNetwork withHead(
      List<GraphNode> nodes,
      Shape hidden,
      SplittableRandom random,
      Supplier<List<float[]>> calibration) {
    int channels = hidden.dim(0);
    nodes.add(AveragePoolNode.global("pool", "act2", hidden));
    nodes.add(
        new ReshapeNode("flat", List.of("pool"), Shape.of(channels, 1, 1), Shape.of(channels)));
    nodes.add(linear("logits", "flat", new MatrixProduct(channels, CLASSES), random));
    NetworkGraph graph =
        new NetworkGraph("small", "input", inputShape(hidden.dim(1)), nodes, "logits");
    return FusedCompiler.compile(graph, calibration.get(), FusedSettings.standard());
  }

  /** Returns a network with a line and two harmonics per channel in place of its activations. */
  public static FusedNetwork withHarmonics(FusedNetwork network, SplittableRandom random) {
    NetworkPlan plan = network.plan();
    List<PlanLayer> layers = new ArrayList<>();
    int[][] weights = new int[plan.layers().size()][];
    int[][] biases = new int[plan.layers().size()][];
    for (PlanLayer layer : plan.layers()) {
      weights[layer.id()] = network.weights(layer.id());
      biases[layer.id()] = network.biasOrNull(layer.id());
      layers.add(
          layer instanceof FusedActivationLayer activation
                  && activation.activation().basis().termCount() > 1
              ? harmonic(activation, random)
              : layer);
    }
    return new FusedNetwork(
        new NetworkPlan(
            plan.name(), plan.inputShape(), plan.inputFractionBits(), plan.inputRange(), layers),
        weights,
        biases);
  }

  private static PlanLayer harmonic(FusedActivationLayer layer, SplittableRandom random) {
    int channels = layer.outputShape().dim(0);
    HarmonicFunction function =
        new HarmonicFunction(
            channels,
            2,
            random.ints(2 * channels, 1, 9).toArray(),
            random.doubles(channels, 0.2, 0.4).toArray(),
            random.doubles(channels, 0.4, 0.6).toArray(),
            random.doubles(2 * channels, -0.05, 0.05).toArray(),
            random.doubles(2 * channels, -0.05, 0.05).toArray());
    HarmonicActivation step =
        HarmonicActivation.plan(
            layer.id(),
            layer.outputShape(),
            function,
            layer.inputFractionBits(),
            layer.outputFractionBits());
    return new HarmonicActivationLayer(
        layer.id(), layer.name(), layer.inputs(), layer.inputMultiplier(), step, layer.bound());
  }

  /**
   * Returns conv, activation, and the product of its output with itself: 3 rounds.
   *
   * @param side pixels a side
   */
  public static FusedNetwork squared(SplittableRandom random, int side) {
    Shape shape = inputShape(side);
    Convolution2d map = convolution(INPUTS, INPUTS, side);
    int[] weights = random.ints(map.weightShape().elementCount(), -300, 300).toArray();
    FusedActivation step = FusedActivation.plan(1, shape, ACTIVATION, 26, 12);
    List<PlanLayer> layers =
        List.of(
            new FusedLinearLayer(0, "conv", List.of(-1), map, 10, 22, false, 256),
            new FusedActivationLayer(1, "act", List.of(0), 16, step, 16),
            new FusedProductLayer(
                2, "squared", List.of(1, 1), new FusedProduct(2, shape, shape), 24, 64));
    NetworkPlan plan = new NetworkPlan("squared", shape, 12, null, layers);
    return new FusedNetwork(plan, new int[][] {weights, null, null}, new int[3][]);
  }

  /** Returns nothing but a pool: no layer of it has a protocol. */
  public static FusedNetwork pooling(int side, Supplier<List<float[]>> calibration) {
    Shape input = inputShape(side);
    NetworkGraph graph =
        new NetworkGraph(
            "pooling",
            "input",
            input,
            List.of(
                AveragePoolNode.global("pool", "input", input),
                new ReshapeNode("flat", List.of("pool"), Shape.of(INPUTS, 1, 1), Shape.of(INPUTS))),
            "flat");
    return FusedCompiler.compile(graph, calibration.get(), FusedSettings.standard());
  }

  /** Returns a padded 3x3 convolution that keeps the side. */
  public static Convolution2d convolution(int inputs, int outputs, int side) {
    return new Convolution2d(inputs, side, side, outputs, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  private static LinearNode linear(
      String name, String input, LinearMap map, SplittableRandom random) {
    float[] weights = new float[map.weightShape().elementCount()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextDouble(-1, 1) * 0.3);
    }
    float[] bias = new float[map.outputShape().dim(0)];
    for (int i = 0; i < bias.length; i++) {
      bias[i] = (float) random.nextDouble(-0.5, 0.5);
    }
    return new LinearNode(name, List.of(input), map, weights, bias);
  }

  /** Returns an input with elements from -1 to 1. */
  public static float[] image(int elementCount, SplittableRandom random) {
    float[] image = new float[elementCount];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextDouble(-1, 1);
    }
    return image;
  }
}
