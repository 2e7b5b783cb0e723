// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.Arrays;

/**
 * Convolution in Z_2^64. The taps of a stretch of outputs are copied into arrays of their own,
 * padding written out, and then serve all output channels of a group; the loop over outputs indexes
 * every array alike, which compilers turn into vector code where the machine multiplies 64 bits in
 * vectors, and into plain code that keeps its one multiplier busy where it does not. Runs on every
 * JVM; the oracle of {@link DoubleWordPanels}.
 */
final class DoubleWordConvolution extends DoubleWordMethod {
  private static final int STRETCH = 1 << 8;
  private static final int TAP_BLOCK = 1 << 6;

  private final Convolution2d map;
  private final long[] weights;
  private final DoubleWordTaps source;
  private final int positions;
  private final int tapCount;
  private final int groupOutputs;

  DoubleWordConvolution(Convolution2d map, long[] weights) {
    super(map);
    this.map = map;
    this.weights = weights;
    this.positions = map.outputHeight() * map.outputWidth();
    this.source = new DoubleWordTaps(map);
    this.tapCount = source.count();
    this.groupOutputs = map.outputChannels() / map.groups();
  }

  @Override
  void compute(long[] input, long[] output, WorkSplitter splitter) {
    Parts parts = Parts.of(map.outputChannels(), splitter, map.multiplyAdds());
    splitter.run(
        parts.count(),
        part -> {
          int width = Math.min(STRETCH, positions);
          long[][] taps = new long[Math.min(TAP_BLOCK, tapCount)][width];
          long[][] sums =
              new long[Math.min(groupOutputs, parts.to(part) - parts.from(part))][width];
          int channel = parts.from(part);
          while (channel < parts.to(part)) {
            int to = Math.min((channel / groupOutputs + 1) * groupOutputs, parts.to(part));
            for (int from = 0; from < positions; from += STRETCH) {
              stretch(input, channel, to, from, taps, sums, output);
            }
            channel = to;
          }
        });
  }

  private void stretch(
      long[] input, int channel, int to, int from, long[][] taps, long[][] sums, long[] output) {
    int count = Math.min(STRETCH, positions - from);
    for (int first = 0; first < tapCount; first += TAP_BLOCK) {
      int taken = Math.min(TAP_BLOCK, tapCount - first);
      for (int i = 0; i < taken; i++) {
        source.gather(input, channel / groupOutputs, first + i, from, count, taps[i], 0);
      }
      for (int m = channel; m < to; m++) {
        long[] sum = sums[m - channel];
        if (first == 0) {
          Arrays.fill(sum, 0);
        }
        addTaps(taps, taken, m * tapCount + first, sum, count);
      }
    }
    for (int m = channel; m < to; m++) {
      System.arraycopy(sums[m - channel], 0, output, m * positions + from, count);
    }
  }

  private void addTaps(long[][] taps, int taken, int weightAt, long[] sum, int count) {
    int tap = 0;
    for (; tap + 4 <= taken; tap += 4) {
      addFour(taps[tap], taps[tap + 1], taps[tap + 2], taps[tap + 3], weightAt + tap, sum, count);
    }
    for (; tap < taken; tap++) {
      addOne(taps[tap], weights[weightAt + tap], sum, count);
    }
  }

  private void addFour(
      long[] tap0, long[] tap1, long[] tap2, long[] tap3, int weightAt, long[] sum, int count) {
    long weight0 = weights[weightAt];
    long weight1 = weights[weightAt + 1];
    long weight2 = weights[weightAt + 2];
    long weight3 = weights[weightAt + 3];
    for (int i = 0; i < count; i++) {
      sum[i] += weight0 * tap0[i] + weight1 * tap1[i] + weight2 * tap2[i] + weight3 * tap3[i];
    }
  }

  private static void addOne(long[] tap, long weight, long[] sum, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] += weight * tap[i];
    }
  }
}
