// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.linear.Shape;
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
  private final MaximumTree tree;

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
    long windowElements = (long) window.kernelHeight() * window.kernelWidth();
    Dealt.wordCount(layer, 10 * windowElements * window.outputShape().elementCount(), 0);
    this.tree = new MaximumTree(window);
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
}
