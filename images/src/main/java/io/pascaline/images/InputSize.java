// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.util.Arrays;

/**
 * The image that a model takes: row-major samples, channel by channel ([C,H,W]).
 *
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param height rows
 * @param width columns
 */
public record InputSize(int channels, int height, int width) {
  /** Checks the three numbers. */
  public InputSize {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("channels must be 1 or 3, not " + channels);
    }
    if (height < 1 || width < 1 || (long) height * width * channels > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("no such image: " + height + "x" + width);
    }
  }

  /**
   * Returns the image that a model's input stands for.
   *
   * @param dims the input without the batch: [H,W], [1,H,W] or [3,H,W]
   * @return the image
   * @throws DataFault if the input is no image
   */
  public static InputSize of(int... dims) {
    if (dims.length == 2) {
      return new InputSize(1, dims[0], dims[1]);
    }
    if (dims.length == 3 && (dims[0] == 1 || dims[0] == 3)) {
      return new InputSize(dims[0], dims[1], dims[2]);
    }
    throw new DataFault(
        "the model's input " + Arrays.toString(dims) + " is not an image",
        "give its numbers as .npy or .csv, or export a model whose input is [batch,1,H,W] or"
            + " [batch,3,H,W]");
  }

  /** Returns whether a model's input, without the batch, is an image. */
  public static boolean isImage(int... dims) {
    return dims.length == 2 || dims.length == 3 && (dims[0] == 1 || dims[0] == 3);
  }

  /**
   * Samples of one image.
   *
   * @return channels * height * width
   */
  public int sampleCount() {
    return channels * height * width;
  }

  /**
   * Width, height and colours as people write them.
   *
   * @return for instance "28x28 grey"
   */
  public String describe() {
    return width + "x" + height + (channels == 1 ? " grey" : " RGB");
  }
}
