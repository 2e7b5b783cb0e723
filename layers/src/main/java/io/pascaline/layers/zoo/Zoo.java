// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.zoo;

import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Published networks and the bundled one by name, untrained. Weights are uniform with the variance
 * of K. He et al., "Delving Deep into Rectifiers" (ICCV 2015), adapted to the activation function,
 * and the branches of residual networks are scaled down with their number, so that activations stay
 * in range at any depth. All pools are average pools, but those of lenet5 take the maximum. ReLU6
 * and HardSigmoid in mobilenetv3-tiny, and the ReLU of its squeeze-and-excitation, stay whichever
 * function takes the place of ReLU.
 *
 * <p>Each takes normalised images: {@code [3, 32, 32]}, resnet50 {@code [3, 224, 224]}; fashion,
 * lenet5, mobilenetv3-tiny, densenet13, wide-h and wide-s {@code [1, 28, 28]}.
 */
public final class Zoo {
  private static final List<String> NAMES =
      List.of(
          "minionn",
          "vgg16",
          "resnet18",
          "resnet20",
          "resnet32",
          "resnet110",
          "resnet50",
          "fashion",
          "lenet5",
          "mobilenetv3-tiny",
          "densenet13",
          "wide-h",
          "wide-s",
          "wide-m",
          "wide-l",
          "wide-xl");

  private Zoo() {}

  /** Returns the names that {@link #build} knows. */
  public static List<String> names() {
    return NAMES;
  }

  /** Returns how many classes a network is usually trained for: 1000 for resnet50, else 10. */
  public static int usualClassCount(String name) {
    return requireName(name).equals("resnet50") ? 1000 : 10;
  }

  /**
   * Builds a network with exact ReLU.
   *
   * @param name one of {@link #names()}
   * @param classCount number of outputs
   * @param seed of the weights
   * @throws IllegalArgumentException if the name is unknown or there are no classes
   */
  public static NetworkGraph build(String name, int classCount, long seed) {
    return build(name, classCount, LayerWriter.relu(seed));
  }

  /**
   * Builds a network with a function in the place of ReLU.
   *
   * @param name one of {@link #names()}
   * @param classCount number of outputs
   * @param basis the function
   * @param seed of the weights
   * @throws IllegalArgumentException if the name is unknown or there are no classes
   */
  public static NetworkGraph build(String name, int classCount, ActivationBasis basis, long seed) {
    return build(name, classCount, LayerWriter.of(basis, seed));
  }

  /**
   * Builds a network for images of another size, or with other channels than three, than it was
   * published for.
   *
   * @param name one of {@link #names()}
   * @param inputShape {@code [C, H, W]}
   * @param classCount number of outputs
   * @param basisOrNull the function, or null for exact ReLU
   * @param seed of the weights
   * @throws IllegalArgumentException if the name is unknown, there are no classes or the images are
   *     too small for the network's pools
   */
  public static NetworkGraph build(
      String name, Shape inputShape, int classCount, ActivationBasis basisOrNull, long seed) {
    LayerWriter writer =
        basisOrNull == null ? LayerWriter.relu(seed) : LayerWriter.of(basisOrNull, seed);
    return build(name, inputShape, classCount, writer);
  }

  /** Returns the images that a network is usually trained for. */
  public static Shape usualInputShape(String name) {
    return switch (requireName(name)) {
      case "resnet50" -> Shape.of(3, 224, 224);
      case "fashion", "lenet5", "mobilenetv3-tiny", "densenet13", "wide-h", "wide-s" ->
          Shape.of(1, 28, 28);
      default -> Shape.of(3, 32, 32);
    };
  }

  /** Returns an input whose elements are independent, of mean 0 and variance 1. */
  public static float[] randomInput(NetworkGraph graph, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] input = new float[graph.inputShape().elementCount()];
    for (int i = 0; i < input.length; i++) {
      input[i] = (float) random.nextDouble(-LayerWriter.UNIT_REACH, LayerWriter.UNIT_REACH);
    }
    return input;
  }

  /** Weights, biases, scales and shifts of a network. */
  public static long parameterCount(NetworkGraph graph) {
    return GraphCounts.parameters(graph);
  }

  /** Elements that pass through an activation function (or {@link ReluNode}) in one inference. */
  public static long activationCount(NetworkGraph graph) {
    return GraphCounts.activations(graph);
  }

  private static NetworkGraph build(String name, int classCount, LayerWriter writer) {
    return build(name, usualInputShape(name), classCount, writer);
  }

  private static NetworkGraph build(
      String name, Shape inputShape, int classCount, LayerWriter writer) {
    requireName(name);
    if (classCount < 1) {
      throw new IllegalArgumentException("classCount is " + classCount + ", must be at least 1");
    }
    writer.start(inputShape);
    switch (name) {
      case "minionn" -> PlainNetworks.minionn(writer);
      case "vgg16" -> PlainNetworks.vgg16(writer);
      case "resnet18" -> ResidualNetworks.resnet18(writer);
      case "resnet50" -> ResidualNetworks.resnet50(writer);
      case "fashion" -> ResidualNetworks.fashion(writer);
      case "lenet5" -> PlainNetworks.lenet5(writer);
      case "mobilenetv3-tiny" -> MobileNetworks.tiny(writer);
      case "densenet13" -> DenseNetworks.dense(writer, 3);
      case "wide-h" -> WideNetworks.hidden(writer);
      case "wide-s" -> WideNetworks.small(writer);
      case "wide-m" -> WideNetworks.medium(writer);
      case "wide-l" -> WideNetworks.large(writer);
      case "wide-xl" -> WideNetworks.extraLarge(writer);
      default -> ResidualNetworks.cifar(writer, (Integer.parseInt(name.substring(6)) - 2) / 6);
    }
    return writer.finish(name, classCount);
  }

  private static String requireName(String name) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException(
          "name is '" + name + "', must be one of " + String.join(", ", NAMES));
    }
    return name;
  }
}
