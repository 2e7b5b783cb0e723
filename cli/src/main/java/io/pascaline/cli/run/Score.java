// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.images.ImageSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How the private answers compare with the labels and with the same network in plaintext.
 *
 * @param predictions class index per image, in order, or {@link #NO_ANSWER}
 * @param plaintextPredictions likewise, in plaintext; empty when the network is not given in
 *     plaintext
 * @param labels class index per image or {@link ImageSource#NO_LABEL}
 * @param answeredCount images with an answer
 * @param labelledCount images with an answer and a label
 * @param correct private predictions that equal the label
 * @param plaintextCorrect predictions in plaintext that equal the label
 * @param agreeing private predictions that equal the one in plaintext
 * @param maxLogitError largest difference of any private logit from the one in plaintext, or NaN
 * @param deviating answered images whose private answer is another class, or is off by more than
 *     {@link #DEVIATION} of the largest logit, the farthest first; none when nothing is compared
 */
public record Score(
    int[] predictions,
    int[] plaintextPredictions,
    int[] labels,
    int answeredCount,
    int labelledCount,
    int correct,
    int plaintextCorrect,
    int agreeing,
    double maxLogitError,
    List<Integer> deviating) {
  /** What {@link #predictions} has for an image that got no answer. */
  public static final int NO_ANSWER = -2;

  /** More than the rounding of fixed point explains, as a part of the largest logit. */
  public static final double DEVIATION = 0.02;

  /** Copies the list. */
  public Score {
    deviating = List.copyOf(deviating);
  }

  /**
   * Compares with labels alone.
   *
   * @param privateLogits by image; null without an answer
   * @param labels by image, as many
   * @return the comparison
   */
  public static Score of(float[][] privateLogits, int[] labels) {
    return of(privateLogits, new float[0][], labels);
  }

  /**
   * Compares with labels and with the network in plaintext.
   *
   * @param privateLogits by image; null without an answer
   * @param plainLogits by image, as many; none if there is nothing to compare with
   * @param labels by image, as many
   * @return the comparison
   */
  public static Score of(float[][] privateLogits, float[][] plainLogits, int[] labels) {
    int[] predictions = largest(privateLogits);
    int[] plaintextPredictions = largest(plainLogits);
    boolean compared = plainLogits.length > 0;
    int labelled = 0;
    int answered = 0;
    int plaintextCorrect = 0;
    double maxError = compared ? 0 : Double.NaN;
    for (int i = 0; i < predictions.length; i++) {
      if (predictions[i] == NO_ANSWER) {
        continue;
      }
      answered++;
      labelled += labels[i] == ImageSource.NO_LABEL ? 0 : 1;
      if (compared) {
        plaintextCorrect += plaintextPredictions[i] == labels[i] ? 1 : 0;
        maxError = Math.max(maxError, maxDifference(privateLogits[i], plainLogits[i]));
      }
    }
    return new Score(
        predictions,
        plaintextPredictions,
        labels,
        answered,
        labelled,
        equalCount(predictions, labels),
        plaintextCorrect,
        compared ? equalCount(predictions, plaintextPredictions) : 0,
        maxError,
        deviating(privateLogits, plainLogits));
  }

  /** Returns whether the network was given in plaintext. */
  public boolean isCompared() {
    return plaintextPredictions.length > 0;
  }

  private static int[] largest(float[][] logits) {
    int[] predictions = new int[logits.length];
    for (int i = 0; i < predictions.length; i++) {
      predictions[i] = logits[i] == null ? NO_ANSWER : largest(logits[i]);
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

  /** Neither an image without a label nor one without an answer ever counts. */
  private static int equalCount(int[] some, int[] others) {
    int count = 0;
    for (int i = 0; i < some.length; i++) {
      count += some[i] == others[i] ? 1 : 0;
    }
    return count;
  }

  private static double maxDifference(float[] some, float[] others) {
    double max = 0;
    for (int k = 0; k < some.length; k++) {
      max = Math.max(max, Math.abs((double) some[k] - others[k]));
    }
    return max;
  }

  /** Compares values too: a regression has one class only, so its predictions always agree. */
  private static List<Integer> deviating(float[][] some, float[][] others) {
    double largest =
        Arrays.stream(others)
            .mapToDouble(logits -> maxDifference(logits, new float[logits.length]))
            .max()
            .orElse(0);
    return IntStream.range(0, others.length)
        .filter(i -> some[i] != null)
        .filter(
            i ->
                largest(some[i]) != largest(others[i])
                    || maxDifference(some[i], others[i]) > DEVIATION * largest)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -maxDifference(some[i], others[i])))
        .toList();
  }
}
