// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.images.ImageSource;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How the private answers compare with the labels and with the same network in clear.
 *
 * @param predictions class index per image, in order
 * @param plaintextPredictions likewise, in clear; empty when the network in clear is not at hand
 * @param labels class index per image or {@link ImageSource#NO_LABEL}
 * @param labelledCount images with a label
 * @param correct private predictions that equal the label
 * @param plaintextCorrect predictions in clear that equal the label
 * @param agreeing private predictions that equal the one in clear
 * @param maxLogitError largest difference of any private logit from the one in clear, or NaN
 * @param deviating images whose private answer is another class, or is off by more than {@link
 *     #DEVIATION} of the largest logit, the farthest first; none when nothing is compared
 */
public record Score(
    int[] predictions,
    int[] plaintextPredictions,
    int[] labels,
    int labelledCount,
    int correct,
    int plaintextCorrect,
    int agreeing,
    double maxLogitError,
    List<Integer> deviating) {
  /** More than the rounding of fixed point explains, as a part of the largest logit. */
  public static final double DEVIATION = 0.02;

  /** Copies the list. */
  public Score {
    deviating = List.copyOf(deviating);
  }

  /**
   * Compares with labels alone.
   *
   * @param privateLogits by image
   * @param labels by image, as many
   * @return the comparison
   */
  public static Score of(float[][] privateLogits, int[] labels) {
    int[] predictions = largest(privateLogits);
    return new Score(
        predictions,
        new int[0],
        labels,
        labelledCount(labels),
        equalCount(predictions, labels),
        0,
        0,
        Double.NaN,
        List.of());
  }

  /**
   * Compares with labels and with the network in clear.
   *
   * @param privateLogits by image
   * @param plainLogits by image, as many
   * @param labels by image, as many
   * @return the comparison
   */
  public static Score of(float[][] privateLogits, float[][] plainLogits, int[] labels) {
    int[] predictions = largest(privateLogits);
    int[] plaintextPredictions = largest(plainLogits);
    return new Score(
        predictions,
        plaintextPredictions,
        labels,
        labelledCount(labels),
        equalCount(predictions, labels),
        equalCount(plaintextPredictions, labels),
        equalCount(predictions, plaintextPredictions),
        maxDifference(privateLogits, plainLogits),
        deviating(privateLogits, plainLogits));
  }

  /** Returns whether the network in clear was at hand. */
  public boolean isCompared() {
    return plaintextPredictions.length > 0;
  }

  private static int[] largest(float[][] logits) {
    int[] predictions = new int[logits.length];
    for (int i = 0; i < predictions.length; i++) {
      predictions[i] = largest(logits[i]);
    }
    return predictions;
  }

  /** Index of the largest value; the first one of equals. */
  static int largest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  private static int labelledCount(int[] labels) {
    int count = 0;
    for (int label : labels) {
      count += label == ImageSource.NO_LABEL ? 0 : 1;
    }
    return count;
  }

  /** No prediction equals {@link ImageSource#NO_LABEL}, so unlabelled images never count. */
  private static int equalCount(int[] some, int[] others) {
    int count = 0;
    for (int i = 0; i < some.length; i++) {
      count += some[i] == others[i] ? 1 : 0;
    }
    return count;
  }

  private static double maxDifference(float[][] some, float[][] others) {
    double max = 0;
    for (int i = 0; i < some.length; i++) {
      max = Math.max(max, maxDifference(some[i], others[i]));
    }
    return max;
  }

  private static double maxDifference(float[] some, float[] others) {
    double max = 0;
    for (int k = 0; k < some.length; k++) {
      max = Math.max(max, Math.abs((double) some[k] - others[k]));
    }
    return max;
  }

  /** A regression has one class only, so its predictions always agree: values are compared, too. */
  private static List<Integer> deviating(float[][] some, float[][] others) {
    double largest = maxDifference(others, new float[others.length][others[0].length]);
    return IntStream.range(0, some.length)
        .filter(
            i ->
                largest(some[i]) != largest(others[i])
                    || maxDifference(some[i], others[i]) > DEVIATION * largest)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -maxDifference(some[i], others[i])))
        .toList();
  }
}
