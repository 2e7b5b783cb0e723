// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import java.util.ArrayList;
import java.util.List;

/**
 * Which elements meet in which level of a tree of pairwise maxima over windows, the same for every
 * channel. Values of a level lie channel by channel. Immutable.
 */
final class MaximumTree implements ClassicComparison.Reduction {
  private final int channels;
  private final int planeLength;

  /** The elements of all windows, one window after the other. */
  private final int[] first;

  private final List<Level> levels = new ArrayList<>();

  /** Indices within a channel: of both values of a pair, and of what becomes the next values. */
  private static final class Level {
    int[] left;
    int[] right;

    /** A pair's number, or -1 - i for the value i that has no partner. */
    int[] next;
  }

  MaximumTree(PoolWindow window) {
    this.channels = window.channels();
    this.planeLength = window.inputHeight() * window.inputWidth();
    int[][] windows = window.windowsOfAChannel();
    int[] sizes = new int[windows.length];
    int total = 0;
    for (int i = 0; i < windows.length; i++) {
      sizes[i] = windows[i].length;
      total += sizes[i];
    }
    this.first = new int[total];
    int at = 0;
    for (int[] indices : windows) {
      System.arraycopy(indices, 0, first, at, indices.length);
      at += indices.length;
    }
    while (at > windows.length) {
      levels.add(level(sizes));
      at = 0;
      for (int i = 0; i < sizes.length; i++) {
        sizes[i] = (sizes[i] + 1) / 2;
        at += sizes[i];
      }
    }
  }

  private static Level level(int[] sizes) {
    int pairs = 0;
    int values = 0;
    for (int size : sizes) {
      pairs += size / 2;
      values += (size + 1) / 2;
    }
    Level level = new Level();
    level.left = new int[pairs];
    level.right = new int[pairs];
    level.next = new int[values];
    int pair = 0;
    int value = 0;
    int at = 0;
    for (int size : sizes) {
      for (int i = 0; i + 1 < size; i += 2) {
        level.left[pair] = at + i;
        level.right[pair] = at + i + 1;
        level.next[value++] = pair++;
      }
      if ((size & 1) == 1) {
        level.next[value++] = -1 - (at + size - 1);
      }
      at += size;
    }
    return level;
  }

  int levelCount() {
    return levels.size();
  }

  /** Returns the comparisons of a level, over all channels. */
  int pairCount(int level) {
    return Math.multiplyExact(channels, levels.get(level).left.length);
  }

  @Override
  public long[] begin(long[] input) {
    long[] values = new long[Math.multiplyExact(channels, first.length)];
    for (int channel = 0; channel < channels; channel++) {
      int from = channel * planeLength;
      int to = channel * first.length;
      for (int i = 0; i < first.length; i++) {
        values[to + i] = input[from + first[i]];
      }
    }
    return values;
  }

  @Override
  public long[] compared(int stage, long[] values) {
    Level level = levels.get(stage);
    int count = level.left.length;
    int valueCount = values.length / channels;
    long[] differences = new long[channels * count];
    for (int channel = 0; channel < channels; channel++) {
      int from = channel * valueCount;
      int to = channel * count;
      for (int i = 0; i < count; i++) {
        differences[to + i] = values[from + level.left[i]] - values[from + level.right[i]];
      }
    }
    return differences;
  }

  @Override
  public long[] next(int stage, long[] values, long[] positives) {
    Level level = levels.get(stage);
    int pairs = level.left.length;
    int count = level.next.length;
    int valueCount = values.length / channels;
    long[] maxima = new long[channels * count];
    for (int channel = 0; channel < channels; channel++) {
      int from = channel * valueCount;
      for (int i = 0; i < count; i++) {
        int pair = level.next[i];
        maxima[channel * count + i] =
            pair < 0
                ? values[from - 1 - pair]
                : values[from + level.right[pair]] + positives[channel * pairs + pair];
      }
    }
    return maxima;
  }
}
