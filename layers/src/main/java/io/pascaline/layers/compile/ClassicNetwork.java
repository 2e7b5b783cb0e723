// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.protocols.share.Ring;
import java.util.List;

/**
 * A network compiled for the classic suite: the plan and its weights in double words. Secret as a
 * whole; whoever holds it can split it into model shares. Immutable as long as the arrays are left
 * alone.
 */
public final class ClassicNetwork implements CompiledNetwork {
  private final NetworkPlan plan;
  private final long[][] weights;
  private final long[][] biases;
  private final double expectedFailures;
  private final List<CompilerWarning> warnings;

  /**
   * Makes a network of which no calibration is known; see the other constructor.
   *
   * @param plan the public part, in double words
   * @param weights by layer id. Kept.
   * @param biases by layer id. Kept.
   */
  public ClassicNetwork(NetworkPlan plan, long[][] weights, long[][] biases) {
    this(plan, weights, biases, Double.NaN, List.of());
  }

  /**
   * Makes a network.
   *
   * @param plan the public part, in double words
   * @param weights by layer id: {@code map().weightShape()} double words, null for layers without
   *     weights. Kept, not copied.
   * @param biases by layer id: one double word per output channel, at the scale before truncation;
   *     null for layers without. Kept.
   * @param expectedFailures see {@link #expectedFailures()}
   * @param warnings what the compiler has to say
   * @throws IllegalArgumentException if arrays do not fit the plan
   */
  public ClassicNetwork(
      NetworkPlan plan,
      long[][] weights,
      long[][] biases,
      double expectedFailures,
      List<CompilerWarning> warnings) {
    int count = plan.layers().size();
    if (plan.ring() != Ring.DOUBLE_WORDS || weights.length != count || biases.length != count) {
      throw new IllegalArgumentException(
          "weights and biases are of %d and %d layers, must be of %d, in double words"
              .formatted(weights.length, biases.length, count));
    }
    for (PlanLayer layer : plan.layers()) {
      WeightedLayer weighted = layer instanceof WeightedLayer found ? found : null;
      requireLength(
          "weights",
          layer,
          weights[layer.id()],
          weighted == null ? -1 : weighted.map().weightShape().elementCount());
      requireLength(
          "bias",
          layer,
          biases[layer.id()],
          weighted != null && weighted.biased() ? weighted.biasCount() : -1);
    }
    this.plan = plan;
    this.weights = weights.clone();
    this.biases = biases.clone();
    this.expectedFailures = expectedFailures;
    this.warnings = List.copyOf(warnings);
  }

  private static void requireLength(String what, PlanLayer layer, long[] values, int expected) {
    int length = values == null ? -1 : values.length;
    if (length != expected) {
      throw new IllegalArgumentException(
          "%s of layer %d has %d double words, must have %d (-1: none)"
              .formatted(what, layer.id(), length, expected));
    }
  }

  @Override
  public NetworkPlan plan() {
    return plan;
  }

  @Override
  public ClassicNetwork with(Visibility visibility) {
    return new ClassicNetwork(plan.with(visibility), weights, biases, expectedFailures, warnings);
  }

  /**
   * Returns how many elements of an inference are wrong on average because a share wraps, for
   * inputs like those of the calibration; at least the probability that an inference fails, and far
   * below the bound in {@link io.pascaline.layers.plan.PlanCosts#failureProbability}, which holds
   * for every input within the layers' bounds. NaN without a calibration.
   */
  public double expectedFailures() {
    return expectedFailures;
  }

  @Override
  public List<CompilerWarning> warnings() {
    return warnings;
  }

  /** Weights of a layer, row-major, or null if it has none. The network's own array: read only. */
  public long[] weights(int layer) {
    return weights[layer];
  }

  /** Bias of a layer, one double word per output channel, or null. Read only. */
  public long[] biasOrNull(int layer) {
    return biases[layer];
  }

  @Override
  public int[] weightWordsOrNull(int layer) {
    return weights[layer] == null ? null : DoubleWordPlanes.split(weights[layer]);
  }

  @Override
  public int[] biasWordsOrNull(int layer) {
    return biases[layer] == null ? null : DoubleWordPlanes.split(biases[layer]);
  }

  /** Returns the plan's summary; no weight. */
  @Override
  public String toString() {
    return "ClassicNetwork[" + plan + "]";
  }
}
