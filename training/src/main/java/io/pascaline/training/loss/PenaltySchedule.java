// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loss;

import java.util.List;

/**
 * How the range penalty sets in. Its exponent grows over the first epochs, because a fresh
 * network's outliers to the tenth power would drown every other gradient.
 *
 * @param bound see {@link RangePenalty}
 * @param weight factor of the penalty, summed over the activations, in the whole loss; 0 for none
 * @param exponents one per epoch; later epochs use the last
 * @param start what the first epoch learns
 */
public record PenaltySchedule(double bound, double weight, List<Integer> exponents, Start start) {
  /** No penalty: for activations that are good at any input. */
  public static final PenaltySchedule NONE =
      new PenaltySchedule(1, 0, List.of(2), Start.EVERYTHING);

  private static final List<Integer> USUAL_EXPONENTS = List.of(4, 6, 8, 10);
  private static final double FIRST_TASK_WEIGHT = 0.1;

  /** How the classification loss counts in the first epoch. */
  public enum Start {
    /** From its tenth at the beginning to all of it at the end. */
    RAMP,
    /** Not at all, as in the paper: the network first settles inside the range. */
    PENALTY_ALONE,
    /** Fully, as for a network that was trained before. */
    EVERYTHING
  }

  /** Checks the values. */
  public PenaltySchedule {
    exponents = List.copyOf(exponents);
    if (!(bound > 0) || !(weight >= 0)) {
      throw new IllegalArgumentException("bound " + bound + ", weight " + weight);
    }
    if (exponents.isEmpty() || exponents.stream().anyMatch(e -> e < 2 || e % 2 != 0)) {
      throw new IllegalArgumentException("exponents " + exponents + " are not even numbers from 2");
    }
  }

  /** Exponents 4, 6, 8 and then 10, and a ramp. */
  public PenaltySchedule(double bound, double weight) {
    this(bound, weight, USUAL_EXPONENTS, Start.RAMP);
  }

  /** Returns the same with another first epoch. */
  public PenaltySchedule withStart(Start newStart) {
    return new PenaltySchedule(bound, weight, exponents, newStart);
  }

  /** Returns whether there is a penalty at all. */
  public boolean active() {
    return weight > 0;
  }

  /** Returns the penalty of an epoch, counted from 0. */
  public RangePenalty penalty(int epoch) {
    return new RangePenalty(bound, exponents.get(Math.min(epoch, exponents.size() - 1)));
  }

  /** Factor of the classification loss, at a point of an epoch between 0 and 1. */
  public double taskWeight(int epoch, double fractionOfEpoch) {
    if (epoch > 0 || !active()) {
      return 1;
    }
    return switch (start) {
      case RAMP -> FIRST_TASK_WEIGHT + (1 - FIRST_TASK_WEIGHT) * fractionOfEpoch;
      case PENALTY_ALONE -> 0;
      case EVERYTHING -> 1;
    };
  }
}
