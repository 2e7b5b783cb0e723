// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.activation;

import java.util.SplittableRandom;

/** Random functions of channels that differ in everything. */
public final class RandomHarmonics {
  private RandomHarmonics() {}

  /**
   * Returns a function with amplitudes, constants and, where wanted, slopes in [-1, 1).
   *
   * @param maxMultiple all multiples are 1 to this
   */
  public static HarmonicFunction random(
      int channels, int harmonics, boolean slope, int maxMultiple, SplittableRandom random) {
    int entries = channels * harmonics;
    return new HarmonicFunction(
        channels,
        harmonics,
        random.ints(entries, 1, maxMultiple + 1).toArray(),
        random.doubles(channels, -1, 1).toArray(),
        slope ? random.doubles(channels, -1, 1).toArray() : new double[channels],
        random.doubles(entries, -1, 1).toArray(),
        random.doubles(entries, -1, 1).toArray());
  }
}
