// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loss;

import ai.djl.ndarray.NDArray;

/**
 * Learning from another network's logits as well as from the labels.
 *
 * @param measure of the distance between student and teacher
 * @param weight share of the loss that the teacher gives, from 0 to 1; the labels give the rest
 * @param temperature by which the logits are divided in {@link Measure#DIVERGENCE}
 */
public record Distillation(Measure measure, double weight, double temperature) {

  /** Distance between two sets of logits. */
  public enum Measure {
    /**
     * Cross-entropy of the two softmax distributions at the temperature, times its square: the
     * Kullback-Leibler divergence up to a constant. Source: G. Hinton et al., "Distilling the
     * Knowledge in a Neural Network", 2015.
     */
    DIVERGENCE,
    /** Mean of the squared differences. */
    SQUARES
  }

  /** Checks the ranges. */
  public Distillation {
    if (!(weight >= 0 && weight <= 1) || !(temperature > 0)) {
      throw new IllegalArgumentException("weight " + weight + ", temperature " + temperature);
    }
  }

  /**
   * Returns the distance as a scalar through which the student's gradients flow.
   *
   * @param logits [N, classes], the student's
   * @param teacher [N, classes], constant
   */
  public NDArray of(NDArray logits, NDArray teacher) {
    if (measure == Measure.SQUARES) {
      NDArray difference = logits.sub(teacher);
      return difference.mul(difference).mean();
    }
    NDArray target = Constant.times(teacher, 1 / temperature).softmax(1);
    NDArray loss = CrossEntropy.of(Constant.times(logits, 1 / temperature), target);
    return Constant.times(loss, temperature * temperature);
  }
}
