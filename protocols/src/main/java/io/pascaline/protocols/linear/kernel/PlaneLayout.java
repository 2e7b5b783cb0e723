// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.Shape;
import java.util.Arrays;

/**
 * Where a convolution's input lies once padding is written out and strides are unfolded, so that
 * every tap reads consecutive words for consecutive outputs.
 *
 * <p>A padded channel is split into phases: rows and columns with the same remainder modulo the
 * strides lie together, row-major with {@link #rowWords()} words a row. Output (y, x) reads tap
 * (ky, kx) at {@code y * rowWords + x + tapOffset(ky, kx)} of the channel's plane. Phases that no
 * tap reads are left out. Without padding and stride the plane is the channel itself.
 */
final class PlaneLayout {
  private final Convolution2d map;
  private final int rows;
  private final int rowWords;
  private final int phaseWords;
  private final int[] phaseAt;
  private final int phaseCount;
  private final boolean identity;

  PlaneLayout(Convolution2d map) {
    this.map = map;
    int reachHeight = (map.kernelHeight() - 1) * map.dilationHeight();
    int reachWidth = (map.kernelWidth() - 1) * map.dilationWidth();
    this.rows = map.outputHeight() + reachHeight / map.strideHeight();
    this.rowWords = map.outputWidth() + reachWidth / map.strideWidth();
    this.phaseWords = Shape.of(rows, rowWords).elementCount();
    this.identity =
        map.strideHeight() == 1
            && map.strideWidth() == 1
            && rows == map.inputHeight()
            && rowWords == map.inputWidth()
            && map.padTop() == 0
            && map.padLeft() == 0;
    // A stride far beyond the kernel has no more phases than taps.
    this.phaseAt = new int[Shape.of(map.kernelHeight(), map.kernelWidth()).elementCount()];
    this.phaseCount = numberPhases();
    Shape.of(map.inputChannels(), phaseCount, rows, rowWords);
  }

  /** True if the input array can be read in place. */
  boolean isIdentity() {
    return identity;
  }

  /** Words from one row of a phase to the next. */
  int rowWords() {
    return rowWords;
  }

  /** Words of one channel. */
  int planeWords() {
    return phaseCount * phaseWords;
  }

  /** Words from the first output's position to behind the last one's. */
  int runWords() {
    return (map.outputHeight() - 1) * rowWords + map.outputWidth();
  }

  /** Offset of a tap from the position of an output. */
  int tapOffset(int ky, int kx) {
    int row = ky * map.dilationHeight() / map.strideHeight();
    int column = kx * map.dilationWidth() / map.strideWidth();
    return phaseAt[ky * map.kernelWidth() + kx] * phaseWords + row * rowWords + column;
  }

  /** Offsets of all taps of consecutive planes, in the order of row-major weights. */
  int[] offsets(int channelCount) {
    int taps = phaseAt.length;
    int[] offsets = new int[channelCount * taps];
    for (int i = 0; i < offsets.length; i++) {
      int tap = i % taps;
      offsets[i] =
          i / taps * planeWords() + tapOffset(tap / map.kernelWidth(), tap % map.kernelWidth());
    }
    return offsets;
  }

  /** Writes one channel of the input as a plane, padding included. */
  void fill(int[] input, int channel, int[] planes, int planeAt) {
    int done = -1;
    for (int tap = 0; tap < phaseAt.length; tap++) {
      if (phaseAt[tap] > done) {
        done = phaseAt[tap];
        int y = tap / map.kernelWidth() * map.dilationHeight() % map.strideHeight();
        int x = tap % map.kernelWidth() * map.dilationWidth() % map.strideWidth();
        fillPhase(input, channel, y, x, planes, planeAt + done * phaseWords);
      }
    }
  }

  /**
   * Copies those of the positions {@code from .. to-1} that are outputs out of a run of sums.
   *
   * @param sums {@code sums[sumAt]} belongs to position {@code from}
   * @param outputAt the output channel's first word
   */
  void keepOutputs(int[] sums, int sumAt, int from, int to, int[] output, int outputAt) {
    int width = map.outputWidth();
    for (int row = from / rowWords; row * rowWords < to; row++) {
      int rowAt = row * rowWords;
      int first = Math.max(from, rowAt);
      int count = Math.min(to, rowAt + width) - first;
      if (count > 0) {
        int at = outputAt + row * width + first - rowAt;
        System.arraycopy(sums, sumAt + first - from, output, at, count);
      }
    }
  }

  private void fillPhase(int[] input, int channel, int y, int x, int[] planes, int phaseStart) {
    int stride = map.strideWidth();
    int first = x - map.padLeft();
    int from = Math.min(rowWords, first >= 0 ? 0 : (-first + stride - 1) / stride);
    long reach = (long) map.inputWidth() - first + stride - 1;
    int to = (int) Math.max(from, Math.min(rowWords, reach / stride));
    for (int row = 0; row < rows; row++) {
      int at = phaseStart + row * rowWords;
      int inputRow = row * map.strideHeight() + y - map.padTop();
      if (inputRow < 0 || inputRow >= map.inputHeight()) {
        Arrays.fill(planes, at, at + rowWords, 0);
        continue;
      }
      int source = (channel * map.inputHeight() + inputRow) * map.inputWidth() + first;
      Arrays.fill(planes, at, at + from, 0);
      if (stride == 1) {
        System.arraycopy(input, source + from, planes, at + from, to - from);
      } else {
        for (int column = from; column < to; column++) {
          planes[at + column] = input[source + column * stride];
        }
      }
      Arrays.fill(planes, at + to, at + rowWords, 0);
    }
  }

  private int numberPhases() {
    int count = 0;
    for (int tap = 0; tap < phaseAt.length; tap++) {
      phaseAt[tap] = count;
      for (int earlier = 0; earlier < tap; earlier++) {
        if (samePhase(earlier, tap)) {
          phaseAt[tap] = phaseAt[earlier];
          break;
        }
      }
      if (phaseAt[tap] == count) {
        count++;
      }
    }
    return count;
  }

  private boolean samePhase(int tap, int other) {
    int width = map.kernelWidth();
    int rowsApart = (tap / width - other / width) * map.dilationHeight();
    int columnsApart = (tap % width - other % width) * map.dilationWidth();
    return rowsApart % map.strideHeight() == 0 && columnsApart % map.strideWidth() == 0;
  }
}
