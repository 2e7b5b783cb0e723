// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.linear.Shape;

/**
 * The public geometry of a pool: input {@code [C, H, W]}, one window per output element and
 * channel, output {@code [C, OH, OW]} with {@code OH = (H + padTop + padBottom - kernelHeight) /
 * strideHeight + 1} rounded down.
 *
 * @param channels C
 * @param inputHeight H
 * @param inputWidth W
 * @param kernelHeight rows of the window
 * @param kernelWidth columns of the window
 * @param strideHeight rows between windows
 * @param strideWidth columns between windows
 * @param padTop zero rows above
 * @param padLeft zero columns to the left
 * @param padBottom zero rows below
 * @param padRight zero columns to the right
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
    PlanRules.positive("channels", channels, Integer.MAX_VALUE);
    PlanRules.positive("inputHeight", inputHeight, MAX_EXTENT);
    PlanRules.positive("inputWidth", inputWidth, MAX_EXTENT);
    PlanRules.positive("kernelHeight", kernelHeight, MAX_EXTENT);
    PlanRules.positive("kernelWidth", kernelWidth, MAX_EXTENT);
    PlanRules.positive("strideHeight", strideHeight, MAX_EXTENT);
    PlanRules.positive("strideWidth", strideWidth, MAX_EXTENT);
    requirePad("padTop", padTop, kernelHeight);
    requirePad("padBottom", padBottom, kernelHeight);
    requirePad("padLeft", padLeft, kernelWidth);
    requirePad("padRight", padRight, kernelWidth);
    if (kernelHeight > inputHeight + padTop + padBottom
        || kernelWidth > inputWidth + padLeft + padRight) {
      throw new IllegalArgumentException(
          "window " + kernelHeight + "x" + kernelWidth + " is larger than its padded input");
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

  /** Elements of one window, padding included: the divisor of the average. */
  public int area() {
    return kernelHeight * kernelWidth;
  }

  /** Rows of the output. */
  public int outputHeight() {
    return (inputHeight + padTop + padBottom - kernelHeight) / strideHeight + 1;
  }

  /** Columns of the output. */
  public int outputWidth() {
    return (inputWidth + padLeft + padRight - kernelWidth) / strideWidth + 1;
  }

  /** Shape of the input. */
  public Shape inputShape() {
    return Shape.of(channels, inputHeight, inputWidth);
  }

  /** Shape of the output. */
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
}
