// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.Shape;

/**
 * Public geometry of a pooling over windows of every channel. Positions in the padding hold
 * nothing; every window must have at least one that is not.
 *
 * @param channels of the input and of the output
 * @param inputHeight in elements
 * @param inputWidth in elements
 * @param kernelHeight rows of a window
 * @param kernelWidth columns of a window
 * @param strideHeight input rows between windows
 * @param strideWidth input columns between windows
 * @param padTop rows of padding above the input, fewer than a window's
 * @param padLeft columns of padding left of the input, fewer than a window's
 * @param padBottom rows of padding below the input, fewer than a window's
 * @param padRight columns of padding right of the input, fewer than a window's
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
  /**
   * Checks the geometry.
   *
   * @throws IllegalArgumentException naming the component and value that is out of range
   */
  public PoolWindow {
    requireBelow("padTop", padTop, kernelHeight);
    requireBelow("padBottom", padBottom, kernelHeight);
    requireBelow("padLeft", padLeft, kernelWidth);
    requireBelow("padRight", padRight, kernelWidth);
    new Convolution2d(
        channels,
        inputHeight,
        inputWidth,
        channels,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padTop,
        padLeft,
        padBottom,
        padRight,
        1,
        1,
        channels);
  }

  private static void requireBelow(String name, int pad, int kernel) {
    if (pad >= kernel) {
      throw new IllegalArgumentException(
          name + " is " + pad + ", must be less than the window's " + kernel);
    }
  }

  /** Returns [channels, inputHeight, inputWidth]. */
  public Shape inputShape() {
    return Shape.of(channels, inputHeight, inputWidth);
  }

  /** Returns [channels, output rows, output columns]. */
  public Shape outputShape() {
    return Shape.of(
        channels,
        (inputHeight + padTop + padBottom - kernelHeight) / strideHeight + 1,
        (inputWidth + padLeft + padRight - kernelWidth) / strideWidth + 1);
  }

  /** Returns the indices, within a channel, of the elements of each window, row-major. */
  int[][] windowsOfAChannel() {
    Shape output = outputShape();
    int[][] windows = new int[output.dim(1) * output.dim(2)][];
    int at = 0;
    for (int y = 0; y < output.dim(1); y++) {
      for (int x = 0; x < output.dim(2); x++) {
        windows[at++] = window(y * strideHeight - padTop, x * strideWidth - padLeft);
      }
    }
    return windows;
  }

  private int[] window(int top, int left) {
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
