// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/**
 * The public geometry of a pool: input {@code [C, H, W]}, one window per output element and
 * channel, output {@code [C, OH, OW]} with {@code OH = (H + padTop + padBottom - kernelHeight) /
 * strideHeight + 1} rounded down, and {@code OW} alike. Every window has at least one element that
 * is not padding; what padding means (zeros, or nothing) is the pool's business.
 *
 * @param channels C
 * @param inputHeight H
 * @param inputWidth W
 * @param kernelHeight rows of the window
 * @param kernelWidth columns of the window
 * @param strideHeight rows between windows
 * @param strideWidth columns between windows
 * @param padTop rows of padding above, fewer than the window's
 * @param padLeft columns of padding to the left, fewer than the window's
 * @param padBottom rows of padding below, fewer than the window's
 * @param padRight columns of padding to the right, fewer than the window's
 */
public record PoolWindow(
    int channels,
    int inputHeight,
    int inputWidth,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight) {

  private static final int MAX_EXTENT = 1 << 20;

  /**
   * Checks the geometry.
   *
   * @throws IllegalArgumentException naming what is out of range
   */
  public PoolWindow {
    requirePositive("channels", channels, Integer.MAX_VALUE);
    requirePositive("inputHeight", inputHeight, MAX_EXTENT);
    requirePositive("inputWidth", inputWidth, MAX_EXTENT);
    requirePositive("kernelHeight", kernelHeight, MAX_EXTENT);
    requirePositive("kernelWidth", kernelWidth, MAX_EXTENT);
    requirePositive("strideHeight", strideHeight, MAX_EXTENT);
    requirePositive("strideWidth", strideWidth, MAX_EXTENT);
    requirePad("padTop", padTop, kernelHeight);
    requirePad("padBottom", padBottom, kernelHeight);
    requirePad("padLeft", padLeft, kernelWidth);
    requirePad("padRight", padRight, kernelWidth);
    if (kernelHeight > inputHeight + padTop + padBottom
        || kernelWidth > inputWidth + padLeft + padRight) {
      throw new IllegalArgumentException(
          "kernelHeight and kernelWidth are "
              + kernelHeight
              + " and "
              + kernelWidth
              + ", larger than the padded input");
    }
    if ((long) kernelHeight * kernelWidth > MAX_EXTENT) {
      throw new IllegalArgumentException(
          "window " + kernelHeight + "x" + kernelWidth + " has more than 2^20 elements");
    }
    Shape.of(channels, inputHeight, inputWidth);
    Shape.of(
        channels,
        (inputHeight + padTop + padBottom - kernelHeight) / strideHeight + 1,
        (inputWidth + padLeft + padRight - kernelWidth) / strideWidth + 1);
  }

  private static void requirePositive(String what, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(what + " is " + value + ", must be in [1, " + max + "]");
    }
  }

  private static void requirePad(String what, int pad, int kernel) {
    if (pad < 0 || pad >= kernel) {
      throw new IllegalArgumentException(
          what + " is " + pad + ", must be in [0, " + kernel + "), the window's size");
    }
  }

  /** A tap of a window: indices of one input and one output element. */
  @FunctionalInterface
  public interface Tap {
    /**
     * Visits one tap.
     *
     * @param from index of the input element
     * @param to index of the output element
     */
    void at(int from, int to);
  }

  /** Returns the elements of one window, padding included: the divisor of the average. */
  public int area() {
    return kernelHeight * kernelWidth;
  }

  /** Returns whether there is any padding. */
  public boolean isPadded() {
    return (padTop | padLeft | padBottom | padRight) != 0;
  }

  /** Returns the rows of the output. */
  public int outputHeight() {
    return (inputHeight + padTop + padBottom - kernelHeight) / strideHeight + 1;
  }

  /** Returns the columns of the output. */
  public int outputWidth() {
    return (inputWidth + padLeft + padRight - kernelWidth) / strideWidth + 1;
  }

  /** Returns {@code [C, H, W]}. */
  public Shape inputShape() {
    return Shape.of(channels, inputHeight, inputWidth);
  }

  /** Returns {@code [C, OH, OW]}. */
  public Shape outputShape() {
    return Shape.of(channels, outputHeight(), outputWidth());
  }

  /** Visits every tap of every window that is not padding, in a fixed order. */
  public void forEachTap(Tap tap) {
    int rows = outputHeight();
    int columns = outputWidth();
    for (int plane = 0; plane < channels * rows; plane++) {
      int channel = plane / rows;
      int row = plane % rows;
      for (int column = 0; column < columns; column++) {
        window(channel, row, column, plane * columns + column, tap);
      }
    }
  }

  private void window(int channel, int row, int column, int to, Tap tap) {
    int top = row * strideHeight - padTop;
    int left = column * strideWidth - padLeft;
    int lastRow = Math.min(inputHeight, top + kernelHeight);
    int lastColumn = Math.min(inputWidth, left + kernelWidth);
    for (int y = Math.max(0, top); y < lastRow; y++) {
      int line = (channel * inputHeight + y) * inputWidth;
      for (int x = Math.max(0, left); x < lastColumn; x++) {
        tap.at(line + x, to);
      }
    }
  }

  /**
   * Returns the indices, within a channel, of the elements of each window that are not padding,
   * row-major.
   */
  public int[][] windowsOfAChannel() {
    int columns = outputWidth();
    int[][] windows = new int[outputHeight() * columns][];
    for (int i = 0; i < windows.length; i++) {
      windows[i] =
          indices(i / columns * strideHeight - padTop, i % columns * strideWidth - padLeft);
    }
    return windows;
  }

  private int[] indices(int top, int left) {
    int fromRow = Math.max(0, top);
    int toRow = Math.min(inputHeight, top + kernelHeight);
    int fromColumn = Math.max(0, left);
    int toColumn = Math.min(inputWidth, left + kernelWidth);
    int[] indices = new int[(toRow - fromRow) * (toColumn - fromColumn)];
    int at = 0;
    for (int row = fromRow; row < toRow; row++) {
      for (int column = fromColumn; column < toColumn; column++) {
        indices[at++] = row * inputWidth + column;
      }
    }
    return indices;
  }
}
