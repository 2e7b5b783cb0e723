// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.options.Task;
import io.pascaline.images.InputSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Comparison of the private answers with the labels and with the same network in plaintext.
 *
 * @param task what the outputs are
 * @param predictions class index per image, in order, or {@link #NO_ANSWER}
 * @param plaintextPredictions likewise, in plaintext; empty when the network is not given in
 *     plaintext
 * @param labels class index per image or {@link InputSource#NO_LABEL}
 * @param answeredCount images with an answer
 * @param labelledCount images with an answer and a label
 * @param correct private predictions that equal the label
 * @param plaintextCorrect predictions in plaintext that equal the label
 * @param agreeing private predictions that equal the one in plaintext; of a regression, answers
 *     within the tolerance
 * @param maxLogitError largest difference of any private logit from the one in plaintext, or NaN
 * @param spread range (largest minus smallest) of the plaintext scores over classes and images; of
 *     a regression, the largest range of an output over the images, or the largest magnitude if
 *     there is one image or no output varies; NaN if nothing is compared
 * @param tolerance largest difference of equal values of a regression; NaN for a classification
 * @param meanError mean absolute error of a regression's private values, or NaN
 * @param plaintextMeanError likewise, in plaintext
 * @param deviating answered images whose private answer is another class, or is off by more than
 *     {@link #DEVIATION} of the largest logit, the farthest first; none when nothing is compared
 */
public record Score(
    Task task,
    int[] predictions,
    int[] plaintextPredictions,
    int[] labels,
    int answeredCount,
    int labelledCount,
    int correct,
    int plaintextCorrect,
    int agreeing,
    double maxLogitError,
    double spread,
    double tolerance,
    double meanError,
    double plaintextMeanError,
    List<Integer> deviating) {
  /** What {@link #predictions} has for an image that got no answer. */
  public static final int NO_ANSWER = -2;

  /** A deviation that rounding in fixed point does not explain, relative to the largest logit. */
  public static final double DEVIATION = 0.02;

  /** Largest difference of equal values of a regression, relative to the spread. */
  public static final double TOLERANCE = 0.01;

  /** Copies the list. */
  public Score {
    deviating = List.copyOf(deviating);
  }

  /**
   * Compares with labels and with the network in plaintext. The largest number of an image names
   * its class.
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
      labelled += labels[i] == InputSource.NO_LABEL ? 0 : 1;
      if (compared) {
        plaintextCorrect += plaintextPredictions[i] == labels[i] ? 1 : 0;
        maxError = Math.max(maxError, maxDifference(privateLogits[i], plainLogits[i]));
      }
    }
    return new Score(
        Task.CLASSIFICATION,
        predictions,
        plaintextPredictions,
        labels,
        answered,
        labelled,
        equalCount(predictions, labels),
        plaintextCorrect,
        compared ? equalCount(predictions, plaintextPredictions) : 0,
        maxError,
        spreadOfAll(plainLogits),
        Double.NaN,
        Double.NaN,
        Double.NaN,
        deviating(privateLogits, plainLogits));
  }

  /**
   * Compares the values of a regression.
   *
   * @param privateValues by image; null without an answer
   * @param plainValues by image, as many; none if there is nothing to compare with
   * @param targets correct value of the first output, by image; NaN where it is not known
   * @return the comparison
   */
  public static Score ofValues(float[][] privateValues, float[][] plainValues, double[] targets) {
    int[] unknown = new int[targets.length];
    Arrays.fill(unknown, InputSource.NO_LABEL);
    Score values = of(privateValues, plainValues, unknown);
    double spread = spread(plainValues);
    double tolerance = TOLERANCE * spread;
    List<Integer> deviating =
        IntStream.range(0, plainValues.length)
            .filter(i -> privateValues[i] != null)
            // Written so that what is no number deviates.
            .filter(i -> !(maxDifference(privateValues[i], plainValues[i]) <= tolerance))
            .boxed()
            .sorted(
                Comparator.comparingDouble(i -> -maxDifference(privateValues[i], plainValues[i])))
            .toList();
    return new Score(
        Task.REGRESSION,
        values.predictions,
        values.plaintextPredictions,
        unknown,
        values.answeredCount,
        0,
        0,
        0,
        plainValues.length == 0 ? 0 : values.answeredCount - deviating.size(),
        values.maxLogitError,
        spread,
        tolerance,
        meanError(privateValues, targets),
        meanError(plainValues, targets),
        deviating);
  }

  private static double meanError(float[][] values, double[] targets) {
    return IntStream.range(0, values.length)
        .filter(i -> values[i] != null && !Double.isNaN(targets[i]))
        .mapToDouble(i -> Math.abs(values[i][0] - targets[i]))
        .average()
        .orElse(Double.NaN);
  }

  /** Classes differ in their scores, so scores of all classes count together. */
  private static double spreadOfAll(float[][] plain) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (float[] row : plain) {
      for (float value : row) {
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
    }
    return plain.length == 0 ? Double.NaN : max - min;
  }

  /** For a single image, or if no output varies, the magnitude replaces the range. */
  private static double spread(float[][] plain) {
    if (plain.length == 0) {
      return Double.NaN;
    }
    double spread = 0;
    double magnitude = 0;
    for (int k = 0; k < plain[0].length; k++) {
      double min = Double.POSITIVE_INFINITY;
      double max = Double.NEGATIVE_INFINITY;
      for (float[] row : plain) {
        min = Math.min(min, row[k]);
        max = Math.max(max, row[k]);
        magnitude = Math.max(magnitude, Math.abs(row[k]));
      }
      spread = Math.max(spread, max - min);
    }
    return plain.length > 1 && spread > 0 ? spread : magnitude;
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
  private static int largest(float[] logits) {
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
