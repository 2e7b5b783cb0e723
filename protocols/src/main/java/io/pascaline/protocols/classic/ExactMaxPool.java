// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.step.StepParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The maximum of every window, exactly: a tree of pairwise maxima, max(a, b) = b + max(0, a - b),
 * one stage of {@code SignProduct} per level. Differences must stay below 2^63 in magnitude.
 *
 * <p>Rounds: 8 ceil(log2 w) with w elements in a window. Online: 39.6 bytes per comparison and
 * direction, w - 1 comparisons per output element. Correction: 39.6 bytes per comparison. Error:
 * none. Probability of failure: 0. Security: see the package. Source: the stage's.
 *
 * <p>Immutable.
 */
public final class ExactMaxPool implements ClassicComparison {
  private final int layer;
  private final PoolWindow window;
  private final Tree tree;

  /**
   * Creates the step.
   *
   * @param layer the layer's id in the plan
   * @param window the geometry
   * @throws IllegalArgumentException if the layer is negative, or a correction exceeds an array
   */
  public ExactMaxPool(int layer, PoolWindow window) {
    if (layer < 0) {
      throw new IllegalArgumentException("layer must not be negative: " + layer);
    }
    this.layer = layer;
    this.window = Objects.requireNonNull(window, "window");
    // Most words of a comparison's correction are 10; a window has fewer comparisons than elements.
    long windowElements = window.area();
    StepParameters.requireArrayLength(
        layer, 10 * windowElements * window.outputShape().elementCount());
    this.tree = new Tree(window);
  }

  @Override
  public int layer() {
    return layer;
  }

  /** Returns the geometry. */
  public PoolWindow window() {
    return window;
  }

  @Override
  public String source() {
    return "tree of comparisons, each as in ExactRelu";
  }

  @Override
  public Shape inputShape() {
    return window.inputShape();
  }

  @Override
  public Shape outputShape() {
    return window.outputShape();
  }

  @Override
  public int stageCount() {
    return tree.levelCount();
  }

  @Override
  public int comparisonCount(int stage) {
    return tree.pairCount(stage);
  }

  @Override
  public Reduction reduction() {
    return tree;
  }

  @Override
  public long[] plaintext(long[] input) {
    int[][] windows = window.windowsOfAChannel();
    int planeLength = window.inputHeight() * window.inputWidth();
    long[] output = new long[outputShape().elementCount()];
    for (int i = 0; i < output.length; i++) {
      int plane = i / windows.length * planeLength;
      long max = Long.MIN_VALUE;
      for (int index : windows[i % windows.length]) {
        max = Math.max(max, input[plane + index]);
      }
      output[i] = max;
    }
    return output;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExactMaxPool that && layer == that.layer && window.equals(that.window);
  }

  @Override
  public int hashCode() {
    return Objects.hash(layer, window);
  }

  @Override
  public String toString() {
    return "ExactMaxPool[layer=" + layer + ", window=" + window + "]";
  }

  /**
   * Which elements meet in which level of a tree of pairwise maxima over windows, the same for
   * every channel. Values of a level lie channel by channel. Immutable.
   */
  private static final class Tree implements ClassicComparison.Reduction {
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

    Tree(PoolWindow window) {
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
}
