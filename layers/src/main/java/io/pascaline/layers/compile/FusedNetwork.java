// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.approximate.ApproximatedNetwork;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.share.Ring;
import java.util.List;
import java.util.Optional;

/**
 * A compiled network in the hands of its owner: the public plan and the weights, as integers at the
 * plan's scales. Immutable if the arrays that went in are left alone; thread-safe.
 */
public final class FusedNetwork implements CompiledNetwork {
  private final NetworkPlan plan;
  private final int[][] weights;
  private final int[][] biases;
  private final List<CompilerWarning> warnings;
  private final ApproximatedNetwork approximatedOrNull;

  /**
   * Makes a network without warnings.
   *
   * @param plan the public part
   * @param weights by layer id: {@code map().weightShape()} words, null for layers without weights.
   *     Kept, not copied.
   * @param biases by layer id: one word per output channel, null for layers without. Kept.
   */
  public FusedNetwork(NetworkPlan plan, int[][] weights, int[][] biases) {
    this(plan, weights, biases, List.of());
  }

  /**
   * Makes a network.
   *
   * @param plan the public part
   * @param weights by layer id: {@code map().weightShape()} words, null for layers without weights.
   *     Kept, not copied.
   * @param biases by layer id: one word per output channel, null for layers without. Kept.
   * @param warnings what the compiler has to say
   * @throws IllegalArgumentException if arrays do not fit the plan
   */
  public FusedNetwork(
      NetworkPlan plan, int[][] weights, int[][] biases, List<CompilerWarning> warnings) {
    this(plan, weights, biases, warnings, null);
  }

  FusedNetwork(
      NetworkPlan plan,
      int[][] weights,
      int[][] biases,
      List<CompilerWarning> warnings,
      ApproximatedNetwork approximatedOrNull) {
    int count = plan.layers().size();
    if (plan.ring() != Ring.WORDS) {
      throw new IllegalArgumentException("plan is of the classic suite, must be of the fused one");
    }
    if (weights.length != count || biases.length != count) {
      throw new IllegalArgumentException(
          "weights and biases are of "
              + weights.length
              + " and "
              + biases.length
              + " layers, must be of "
              + count);
    }
    for (PlanLayer layer : plan.layers()) {
      boolean linear = layer instanceof FusedLinearLayer;
      int weightCount = linear ? ((FusedLinearLayer) layer).map().weightShape().elementCount() : -1;
      int biasCount =
          linear && ((FusedLinearLayer) layer).biased()
              ? ((FusedLinearLayer) layer).biasCount()
              : -1;
      requireLength("weights", layer, weights[layer.id()], weightCount);
      requireLength("bias", layer, biases[layer.id()], biasCount);
    }
    this.plan = plan;
    this.weights = weights.clone();
    this.biases = biases.clone();
    this.warnings = List.copyOf(warnings);
    this.approximatedOrNull = approximatedOrNull;
  }

  private static void requireLength(String what, PlanLayer layer, int[] words, int expected) {
    int length = words == null ? -1 : words.length;
    if (length != expected) {
      throw new IllegalArgumentException(
          what
              + " of layer "
              + layer.id()
              + " has "
              + length
              + " words, must have "
              + expected
              + " (-1: none)");
    }
  }

  @Override
  public NetworkPlan plan() {
    return plan;
  }

  @Override
  public FusedNetwork with(Visibility visibility) {
    return new FusedNetwork(plan.with(visibility), weights, biases, warnings, approximatedOrNull);
  }

  /** Weights of a layer, row-major, or null if it has none. The network's own array: read only. */
  public int[] weights(int layer) {
    return weights[layer];
  }

  /** Bias of a layer, one word per output channel, or null. The network's own array: read only. */
  public int[] biasOrNull(int layer) {
    return biases[layer];
  }

  @Override
  public int[] weightWordsOrNull(int layer) {
    return weights[layer];
  }

  @Override
  public int[] biasWordsOrNull(int layer) {
    return biases[layer];
  }

  @Override
  public List<CompilerWarning> warnings() {
    return warnings;
  }

  /**
   * Returns the float network whose functions are those of the plan: the model's own, or the one
   * with harmonics in the place of its functions. Empty if the compiler did not make this.
   */
  public Optional<ApproximatedNetwork> approximated() {
    return Optional.ofNullable(approximatedOrNull);
  }

  /** Returns the plan's summary; no weight. */
  @Override
  public String toString() {
    return "FusedNetwork[" + plan + "]";
  }
}
