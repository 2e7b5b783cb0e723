// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.data;

import io.pascaline.images.set.IdxImages;

/**
 * How a grey level becomes a network input: {@code (level / 255 - mean) / standardDeviation}.
 *
 * @param mean mean of the training set's pixels, in units of 255
 * @param standardDeviation their standard deviation, in units of 255
 */
public record Normalisation(float mean, float standardDeviation) {
  /** Mean and standard deviation of the 60,000 training images of Fashion-MNIST. */
  public static final Normalisation FASHION_MNIST = new Normalisation(0.2860f, 0.3530f);

  private static final float WHITE = 255f;

  /** Checks that the deviation is positive. */
  public Normalisation {
    if (!(standardDeviation > 0)) {
      throw new IllegalArgumentException("standardDeviation " + standardDeviation);
    }
  }

  /** Network input of a grey level of 0 to 255. */
  public float apply(int level) {
    return (level / WHITE - mean) / standardDeviation;
  }

  /** Returns the first {@code count} images from {@code from} on as network input, row-major. */
  public float[] inputs(IdxImages images, int from, int count) {
    int height = images.height();
    int width = images.width();
    float[] inputs = new float[count * height * width];
    int next = 0;
    for (int image = from; image < from + count; image++) {
      for (int row = 0; row < height; row++) {
        for (int column = 0; column < width; column++) {
          inputs[next++] = apply(images.pixelOrBackground(image, row, column));
        }
      }
    }
    return inputs;
  }
}
