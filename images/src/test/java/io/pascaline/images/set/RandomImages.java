// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import java.util.SplittableRandom;

/** Noise with random labels: for tests of files, which do not care what is in the picture. */
final class RandomImages {
  private RandomImages() {}

  static IdxImages of(int count, int size, int classCount, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] pixels = new byte[count * size * size];
    random.nextBytes(pixels);
    byte[] labels = new byte[count];
    for (int image = 0; image < count; image++) {
      labels[image] = (byte) random.nextInt(classCount);
    }
    return IdxImages.of(size, size, pixels, labels);
  }
}
