// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.data;

import io.pascaline.images.set.IdxImages;
import java.util.SplittableRandom;

/** Images that a small network can learn: class k is a bright band at the k-th fraction of rows. */
public final class SyntheticImages {
  private SyntheticImages() {}

  /** Images of {@code size} x {@code size} pixels in {@code classCount} classes. */
  public static IdxImages bands(int count, int size, int classCount, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] pixels = new byte[count * size * size];
    byte[] labels = new byte[count];
    for (int image = 0; image < count; image++) {
      int label = random.nextInt(classCount);
      labels[image] = (byte) label;
      for (int row = 0; row < size; row++) {
        boolean bright = row * classCount / size == label;
        for (int column = 0; column < size; column++) {
          int level = random.nextInt(60) + (bright ? 180 : 0);
          pixels[(image * size + row) * size + column] = (byte) level;
        }
      }
    }
    return IdxImages.of(size, size, pixels, labels);
  }

  /** Noise, for tests in which only the arithmetic counts. */
  public static IdxImages noise(int count, int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] pixels = new byte[count * size * size];
    random.nextBytes(pixels);
    return IdxImages.of(size, size, pixels, new byte[count]);
  }
}
