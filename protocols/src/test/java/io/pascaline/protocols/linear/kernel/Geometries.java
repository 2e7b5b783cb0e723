// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.Shape;
import java.util.SplittableRandom;

/** Linear maps and words for the laws: seeded, with the corners drawn often. */
final class Geometries {
  private static final int[] EXTREME = {Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE};

  private Geometries() {}

  static Convolution2d convolution(SplittableRandom random) {
    while (true) {
      int groups = random.nextInt(3) > 0 ? 1 : random.nextInt(1, 5);
      boolean depthwise = random.nextInt(6) == 0;
      int inputs = groups * channels(random);
      int kernelHeight = random.nextInt(1, 5);
      int kernelWidth = random.nextInt(3) > 0 ? kernelHeight : random.nextInt(1, 6);
      int[] draw = new int[8];
      for (int i = 0; i < draw.length; i++) {
        draw[i] = random.nextInt(3);
      }
      try {
        return new Convolution2d(
            inputs,
            random.nextInt(1, 20),
            random.nextInt(1, 20),
            depthwise ? inputs * random.nextInt(1, 3) : groups * channels(random),
            kernelHeight,
            kernelWidth,
            Math.max(1, draw[0]),
            Math.max(1, draw[1]),
            draw[2],
            draw[3],
            draw[4],
            draw[5],
            Math.max(1, draw[6]),
            Math.max(1, draw[7]),
            depthwise ? inputs : groups);
      } catch (IllegalArgumentException windowTooLarge) {
        continue;
      }
    }
  }

  /**
   * Returns a square kernel of side 3, stride 1, over the channels and sizes that networks have.
   */
  static Convolution2d same3x3(int inputs, int height, int width, int outputs) {
    return new Convolution2d(inputs, height, width, outputs, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  /** Returns what {@link ToomConvolution} serves: side 3, stride 1, any padding. */
  static Convolution2d tiled(SplittableRandom random) {
    return new Convolution2d(
        channels(random),
        random.nextInt(3, 25),
        random.nextInt(3, 25),
        channels(random),
        3,
        3,
        1,
        1,
        random.nextInt(4),
        random.nextInt(4),
        random.nextInt(4),
        random.nextInt(4),
        1,
        1,
        1);
  }

  /** Returns what {@link PanelProduct} serves: a plain matrix product, now and then a deep one. */
  static Convolution2d product(SplittableRandom random) {
    int depth = random.nextInt(4) == 0 ? random.nextInt(570, 1200) : random.nextInt(1, 80);
    return new Convolution2d(
        depth,
        random.nextInt(1, 4),
        random.nextInt(1, 50),
        random.nextInt(1, 40),
        1,
        1,
        1,
        1,
        0,
        0,
        0,
        0,
        1,
        1,
        1);
  }

  static int[] words(SplittableRandom random, Shape shape) {
    int[] words = new int[shape.elementCount()];
    for (int i = 0; i < words.length; i++) {
      words[i] =
          random.nextInt(4) == 0 ? EXTREME[random.nextInt(EXTREME.length)] : random.nextInt();
    }
    return words;
  }

  private static int channels(SplittableRandom random) {
    return random.nextInt(3) == 0 ? random.nextInt(30, 70) : random.nextInt(1, 20);
  }
}
