// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.plan.FusedActivationLayer;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.FusedProductLayer;
import io.pascaline.layers.plan.FusedSumPoolLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.fused.FusedActivation;
import io.pascaline.protocols.fused.FusedProduct;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A squeeze-and-excitation block: conv, square, mean, rescale, product; then the square of that.
 */
public final class ProductSample {
  /** The network's input and all its tensors but the means. */
  public static final Shape SHAPE = Shape.of(3, 4, 4);

  private static final Shape MEANS = Shape.of(3, 1, 1);
  private static final int BITS = 12;

  private ProductSample() {}

  /** Returns the block with random weights; values stay below 2 for inputs below 1. */
  public static FusedNetwork of(long seed) {
    Convolution2d map = new Convolution2d(3, 4, 4, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1);
    int[] weights = new SplittableRandom(seed).ints(9, -(1 << 9), 1 << 9).toArray();
    PoolWindow all = new PoolWindow(3, 4, 4, 4, 4, 1, 1, 0, 0, 0, 0);
    PolynomialBasis square = new PolynomialBasis(0.25, 0.5, 0.125);
    FusedProduct channels = new FusedProduct(4, SHAPE, MEANS);
    List<PlanLayer> layers =
        List.of(
            new FusedLinearLayer(0, "conv", List.of(-1), map, 10, 22, false, 256),
            activation(1, "square", SHAPE, square, 22, 26),
            new FusedSumPoolLayer(2, "mean", List.of(1), all, BITS + 4, 1),
            activation(3, "rescaled", MEANS, PolynomialBasis.identity(), 16, 26),
            new FusedProductLayer(4, "product", List.of(1, 3), channels, 24, 64),
            activation(5, "narrow", SHAPE, PolynomialBasis.identity(), 24, 26),
            new FusedProductLayer(
                6, "squared", List.of(5, 5), new FusedProduct(6, SHAPE, SHAPE), 24, 64));
    NetworkPlan plan = new NetworkPlan("block", SHAPE, BITS, null, layers);
    return new FusedNetwork(
        plan, new int[][] {weights, null, null, null, null, null, null}, new int[7][]);
  }

  private static PlanLayer activation(
      int id, String name, Shape shape, ActivationBasis basis, int inputBits, int stepBits) {
    FusedActivation step = FusedActivation.plan(id, shape, basis, stepBits, BITS);
    int multiplier = 1 << (stepBits - inputBits);
    double bound = Math.scalb(1.0, 30 - stepBits);
    return new FusedActivationLayer(id, name, List.of(id - 1), multiplier, step, bound);
  }

  /** Returns an input with elements from -1 to 1. */
  public static float[] input(SplittableRandom random) {
    float[] input = new float[SHAPE.elementCount()];
    for (int i = 0; i < input.length; i++) {
      input[i] = (float) random.nextDouble(-1, 1);
    }
    return input;
  }
}
