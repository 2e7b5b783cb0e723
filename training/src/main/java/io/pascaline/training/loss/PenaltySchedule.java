package io.pascaline.training.loss;

/**
 * How the range penalty sets in. Its exponent grows from 4 to 10 over the first epochs, because a
 * fresh network's outliers to the tenth power would drown every other gradient. In the first epoch
 * the classification loss counts a tenth at first and rises to 1, so that the network settles
 * inside the range before it learns.
 *
 * @param bound see {@link RangePenalty}
 * @param weight factor of the penalty, summed over the activations, in the whole loss
 */
public record PenaltySchedule(double bound, double weight) {
  private static final int FIRST_EXPONENT = 4;
  private static final int LAST_EXPONENT = 10;
  private static final double FIRST_TASK_WEIGHT = 0.1;

  /** Checks both values. */
  public PenaltySchedule {
    if (!(bound > 0) || !(weight >= 0)) {
      throw new IllegalArgumentException("bound " + bound + ", weight " + weight);
    }
  }

  /** The penalty of an epoch, counted from 0. */
  public RangePenalty penalty(int epoch) {
    return new RangePenalty(bound, Math.min(LAST_EXPONENT, FIRST_EXPONENT + 2 * epoch));
  }

  /** Factor of the classification loss, at a point of an epoch between 0 and 1. */
  public double taskWeight(int epoch, double fractionOfEpoch) {
    return epoch > 0 ? 1 : FIRST_TASK_WEIGHT + (1 - FIRST_TASK_WEIGHT) * fractionOfEpoch;
  }
}
