// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * One layer of a plan: public and immutable. A word (or double word) {@code w} of the layer's
 * output stands for the real value {@code w * 2^-outputFractionBits / outputDivisor}, where the
 * divisor is an odd number that an average pool has left behind and that the next linear or
 * activation layer takes up.
 *
 * <p>Tensors are row-major and their element order never changes between layers, so a layer's input
 * shape may group the producer's elements differently (a flatten costs nothing).
 */
public sealed interface PlanLayer permits StepLayer, LocalLayer {

  /** Marks the network's input in {@link #inputs()}. */
  int NETWORK_INPUT = -1;

  /** The kinds of layers, for switches that the compiler checks for completeness. */
  enum Kind {
    /** A {@link FusedLinearLayer}. */
    FUSED_LINEAR(1),
    /** A {@link FusedActivationLayer}. */
    FUSED_ACTIVATION(2),
    /** A {@link FusedSumPoolLayer}. */
    FUSED_SUM_POOL(3),
    /** A {@link JoinLayer}, of either suite. */
    JOIN(4),
    /** A {@link ClassicLinearLayer}. */
    CLASSIC_LINEAR(5),
    /** A {@link ClassicActivationLayer}. */
    CLASSIC_ACTIVATION(6),
    /** A {@link ClassicMeanPoolLayer}. */
    CLASSIC_MEAN_POOL(7),
    /** A {@link HarmonicActivationLayer}. */
    FUSED_HARMONIC(8),
    /** A {@link FusedProductLayer}. */
    FUSED_PRODUCT(9),
    /** A {@link ViewLayer}, of either suite. */
    VIEW(10),
    /** A {@link ConcatLayer}, of either suite. */
    CONCAT(11);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** Returns what stands for the kind in the bytes of a plan. */
    public int code() {
      return code;
    }

    /**
     * Returns the kind of a code.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Kind ofCode(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("layer is of unknown kind " + code);
    }
  }

  /** Returns which of the layers this is. */
  Kind kind();

  /** Returns the layer's place in the plan, from 0. */
  int id();

  /** Returns the name of the tensor that this layer makes, as the model calls it. */
  String name();

  /** Returns who makes the inputs: layer ids below {@link #id()}, or {@link #NETWORK_INPUT}. */
  List<Integer> inputs();

  /**
   * Returns the shape in which the layer reads each of its inputs; if they differ, that of the
   * first or of all together.
   */
  Shape inputShape();

  /**
   * Returns the shape in which the layer reads one of its inputs.
   *
   * @param port the input's place in {@link #inputs}
   */
  default Shape inputShape(int port) {
    return inputShape();
  }

  /** Shape of the output. */
  Shape outputShape();

  /** Fraction bits of the output's words. */
  int outputFractionBits();

  /** Returns the odd divisor that the output still has to be divided by; 1 for most layers. */
  long outputDivisor();
}
