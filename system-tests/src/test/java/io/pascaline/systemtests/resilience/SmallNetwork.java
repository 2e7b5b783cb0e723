// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A network with random weights, shallow enough for a rigorous bound of its answers, and images by
 * number, so that processes need to tell each other no more than the number.
 */
final class SmallNetwork {
  private static final PolynomialBasis ACTIVATION =
      new PolynomialBasis(0.31445312, 0.5, 0.15625, 0, -0.00292969);
  private static final long WEIGHTS_SEED = 41;
  private static final int INPUTS = 2;
  private static final int CLASSES = 3;
  private static final int CALIBRATION_IMAGES = 64;

  private final FusedNetwork network;
  private final FusedEvaluator evaluator;

  private SmallNetwork(FusedNetwork network) {
    this.network = network;
    this.evaluator = new FusedEvaluator(network);
  }

  /** conv, act, conv, act, pool, fully connected, with that many channels of side x side. */
  static SmallNetwork of(int channels, int side) {
    SplittableRandom random = new SplittableRandom(WEIGHTS_SEED);
    Shape input = Shape.of(INPUTS, side, side);
    Shape hidden = Shape.of(channels, side, side);
    NetworkGraph graph =
        new NetworkGraph(
            "small",
            "input",
            input,
            List.of(
                linear("conv1", "input", convolution(INPUTS, channels, side), random),
                new ActivationNode("act1", List.of("conv1"), hidden, ACTIVATION),
                linear("conv2", "act1", convolution(channels, channels, side), random),
                new ActivationNode("act2", List.of("conv2"), hidden, ACTIVATION),
                AveragePoolNode.global("pool", "act2", hidden),
                new ReshapeNode(
                    "flat", List.of("pool"), Shape.of(channels, 1, 1), Shape.of(channels)),
                linear("logits", "flat", new MatrixProduct(channels, CLASSES), random)),
            "logits");
    List<float[]> calibration = new ArrayList<>();
    for (int i = 0; i < CALIBRATION_IMAGES; i++) {
      calibration.add(image(input.elementCount(), i));
    }
    return new SmallNetwork(FusedCompiler.compile(graph, calibration, FusedSettings.standard()));
  }

  /** Returns the compiled network. */
  FusedNetwork network() {
    return network;
  }

  /** Returns the image of that number; any number has one. */
  float[] image(long number) {
    return image(network.plan().inputShape().elementCount(), number);
  }

  /** Returns the image of that number for a network with that many inputs. */
  static float[] image(int elementCount, long number) {
    SplittableRandom random = new SplittableRandom(number);
    float[] image = new float[elementCount];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextDouble(-1, 1);
    }
    return image;
  }

  /**
   * Compares an answer with the integer semantics, within the bound derived for that very image.
   *
   * @return null if it is right, what is wrong otherwise
   */
  String faultOf(long imageNumber, int[] logitWords) {
    int[] words = evaluator.encodeInput(image(imageNumber));
    int[] expected = evaluator.run(words);
    double[] boundUlps = evaluator.errorBoundUlps(words);
    if (expected.length != logitWords.length) {
      return "image " + imageNumber + " has " + logitWords.length + " logits";
    }
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) logitWords[i] - expected[i]);
      if (!Double.isFinite(boundUlps[i]) || difference > boundUlps[i]) {
        return String.format(
            "image %d, logit %d: off by %.0f, bound %.1f",
            imageNumber, i, difference, boundUlps[i]);
      }
    }
    return null;
  }

  /** Returns the next image whose right answers are none for that one: the bounds leave a gap. */
  long unlike(long imageNumber) {
    int[] words = evaluator.encodeInput(image(imageNumber));
    int[] answer = evaluator.run(words);
    double[] boundUlps = evaluator.errorBoundUlps(words);
    for (long other = imageNumber + 1; ; other++) {
      int[] otherWords = evaluator.encodeInput(image(other));
      int[] otherAnswer = evaluator.run(otherWords);
      double[] otherBoundUlps = evaluator.errorBoundUlps(otherWords);
      for (int i = 0; i < answer.length; i++) {
        if (Math.abs((double) answer[i] - otherAnswer[i]) > boundUlps[i] + otherBoundUlps[i]) {
          return other;
        }
      }
    }
  }

  private static Convolution2d convolution(int inputs, int outputs, int side) {
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
}
