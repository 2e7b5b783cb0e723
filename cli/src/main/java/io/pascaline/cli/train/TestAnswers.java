// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.run.Score;
import io.pascaline.images.set.ImageSet;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * What an exported file answers to test images in plaintext.
 *
 * @param engine what ran it
 * @param counts images by class (first index) and answer (second index)
 */
record TestAnswers(String engine, int[][] counts) {
  /**
   * Runs a model on all images, one at a time.
   *
   * @param inputs normalised images by index
   */
  static TestAnswers of(LoadedModel model, ImageSet images, IntFunction<float[]> inputs) {
    PlainAnswers plain = PlainAnswers.of(model, inputs, images.count());
    int[] labels = PrivateMeasurement.labels(images);
    int[] answers = Score.of(plain.logits(), new float[0][], labels).predictions();
    int[][] counts = new int[images.classCount()][images.classCount()];
    for (int i = 0; i < labels.length; i++) {
      counts[labels[i]][answers[i]]++;
    }
    return new TestAnswers(plain.engine(), counts);
  }

  int imageCount() {
    int sum = 0;
    for (int[] row : counts) {
      for (int count : row) {
        sum += count;
      }
    }
    return sum;
  }

  int correctCount() {
    int sum = 0;
    for (int k = 0; k < counts.length; k++) {
      sum += counts[k][k];
    }
    return sum;
  }

  /** Returns the share of right answers as text, for instance "84.46 %". */
  String accuracy() {
    return String.format(Locale.ROOT, "%.2f %%", 100.0 * correctCount() / imageCount());
  }
}
