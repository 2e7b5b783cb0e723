// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.augment;

import java.util.SplittableRandom;

/** Batches of which each image is joined with its mirror place's (the last with the first). */
final class Mixing {
  private Mixing() {}

  /**
   * Returns a draw from Beta(alpha, alpha) by Jöhnk's method (M. D. Jöhnk, Metrika 8, 1964), which
   * accepts at least half of its trials for alpha up to 1.
   *
   * @param alpha positive, at most 1
   */
  static double beta(double alpha, SplittableRandom random) {
    while (true) {
      // In logarithms: for a small alpha, the powers themselves underflow to 0 / 0.
      double logX = Math.log(1 - random.nextDouble()) / alpha;
      double logY = Math.log(1 - random.nextDouble()) / alpha;
      double larger = Math.max(logX, logY);
      double logSum = larger + Math.log(Math.exp(logX - larger) + Math.exp(logY - larger));
      if (logSum <= 0) {
        return Math.exp(logX - logSum);
      }
    }
  }

  /** Returns each image times {@code kept}, plus the rest of its partner. */
  static Batch mixUp(Batch batch, double kept) {
    int count = batch.labels().length;
    int samples = batch.inputs().length / count;
    float[] inputs = new float[batch.inputs().length];
    float part = (float) kept;
    for (int i = 0; i < count; i++) {
      int own = i * samples;
      int other = (count - 1 - i) * samples;
      for (int j = 0; j < samples; j++) {
        inputs[own + j] = part * batch.inputs()[own + j] + (1 - part) * batch.inputs()[other + j];
      }
    }
    return joined(batch, inputs, kept);
  }

  /** Returns each image with a rectangle of about {@code 1 - kept} of its area from its partner. */
  static Batch cutMix(
      Batch batch, double kept, int channels, int height, int width, SplittableRandom random) {
    double side = Math.sqrt(1 - kept);
    int halfHeight = (int) Math.round(height * side / 2);
    int halfWidth = (int) Math.round(width * side / 2);
    int middleRow = random.nextInt(height);
    int middleColumn = random.nextInt(width);
    int top = Math.max(0, middleRow - halfHeight);
    int bottom = Math.min(height, middleRow + halfHeight);
    int left = Math.max(0, middleColumn - halfWidth);
    int right = Math.min(width, middleColumn + halfWidth);
    int count = batch.labels().length;
    int planes = channels * height;
    float[] inputs = batch.inputs().clone();
    for (int i = 0; i < count; i++) {
      for (int channel = 0; channel < channels; channel++) {
        for (int row = top; row < bottom; row++) {
          int line = channel * height + row;
          System.arraycopy(
              batch.inputs(),
              ((count - 1 - i) * planes + line) * width + left,
              inputs,
              (i * planes + line) * width + left,
              Math.max(0, right - left));
        }
      }
    }
    double taken = (double) Math.max(0, bottom - top) * Math.max(0, right - left);
    return joined(batch, inputs, 1 - taken / ((double) height * width));
  }

  private static Batch joined(Batch batch, float[] inputs, double kept) {
    int count = batch.labels().length;
    int classCount = batch.targets().length / count;
    float[] targets = new float[batch.targets().length];
    int[] labels = new int[count];
    float part = (float) kept;
    for (int i = 0; i < count; i++) {
      int other = count - 1 - i;
      labels[i] = batch.labels()[kept >= 0.5 ? i : other];
      for (int j = 0; j < classCount; j++) {
        targets[i * classCount + j] =
            part * batch.targets()[i * classCount + j]
                + (1 - part) * batch.targets()[other * classCount + j];
      }
    }
    return new Batch(inputs, targets, labels);
  }
}
