// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import java.util.Arrays;

/**
 * What one tap of a convolution reads for consecutive outputs. A tap is an input channel of a group
 * with a place in the kernel, numbered as in row-major weights.
 *
 * @param map the geometry
 */
record DoubleWordTaps(Convolution2d map) {

  /** Taps of one output: the depth of the matrix product that the convolution is. */
  int count() {
    return map.inputChannels() / map.groups() * map.kernelHeight() * map.kernelWidth();
  }

  /**
   * Copies what a tap reads for outputs {@code from .. from+count-1}, row by row, with the padding.
   *
   * @param group of channels
   * @param to where in {@code out} the first one goes
   */
  void gather(long[] input, int group, int tap, int from, int count, long[] out, int to) {
    int kernelTaps = map.kernelHeight() * map.kernelWidth();
    int ky = tap % kernelTaps / map.kernelWidth() * map.dilationHeight() - map.padTop();
    int kx = tap % map.kernelWidth() * map.dilationWidth() - map.padLeft();
    int channel = group * (map.inputChannels() / map.groups()) + tap / kernelTaps;
    int plane = channel * map.inputHeight() * map.inputWidth();
    int width = map.outputWidth();
    int y = from / width;
    int x = from % width;
    int at = 0;
    while (at < count) {
      int run = Math.min(width - x, count - at);
      int row = y * map.strideHeight() + ky;
      if (row < 0 || row >= map.inputHeight()) {
        Arrays.fill(out, to + at, to + at + run, 0);
      } else {
        int rowAt = plane + row * map.inputWidth();
        gatherRow(input, rowAt, x * map.strideWidth() + kx, run, out, to + at);
      }
      at += run;
      x = 0;
      y++;
    }
  }

  private void gatherRow(long[] input, int rowAt, int column, int run, long[] out, int to) {
    int stride = map.strideWidth();
    int from = column >= 0 ? 0 : Math.min(run, (-column + stride - 1) / stride);
    int reach = (int) (((long) map.inputWidth() - column + stride - 1) / stride);
    int end = Math.max(from, Math.min(run, reach));
    Arrays.fill(out, to, to + from, 0);
    if (stride == 1 && from < end) {
      System.arraycopy(input, rowAt + column + from, out, to + from, end - from);
    } else {
      for (int i = from; i < end; i++) {
        out[to + i] = input[rowAt + column + i * stride];
      }
    }
    Arrays.fill(out, to + end, to + run, 0);
  }
}
