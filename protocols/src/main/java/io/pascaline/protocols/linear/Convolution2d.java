// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/**
 * A two-dimensional convolution in the sense of neural networks (cross-correlation, zero padding).
 * Input {@code [C, H, W]}, weights {@code [M, C/groups, kH, kW]}, output {@code [M, OH, OW]}, all
 * row-major, with {@code OH = (H + padTop + padBottom - dilationHeight*(kH-1) - 1) / strideHeight +
 * 1} rounded down, and {@code OW} alike.
 *
 * @param inputChannels C, a multiple of groups
 * @param inputHeight H, in elements
 * @param inputWidth W, in elements
 * @param outputChannels M, a multiple of groups
 * @param kernelHeight kH, taps
 * @param kernelWidth kW, taps
 * @param strideHeight input rows between output rows
 * @param strideWidth input columns between output columns
 * @param padTop zero rows above the input
 * @param padLeft zero columns left of the input
 * @param padBottom zero rows below the input
 * @param padRight zero columns right of the input
 * @param dilationHeight input rows between taps, 1 for a dense kernel
 * @param dilationWidth input columns between taps, 1 for a dense kernel
 * @param groups independent slices of the channels; C for a depthwise convolution
 */
public record Convolution2d(
    int inputChannels,
    int inputHeight,
    int inputWidth,
    int outputChannels,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight,
    int dilationHeight,
    int dilationWidth,
    int groups)
    implements LinearMap {

  /**
   * Checks the geometry.
   *
   * @throws IllegalArgumentException naming the component and value that is out of range
   */
  public Convolution2d {
    requireAtLeast(1, "inputChannels", inputChannels);
    requireAtLeast(1, "inputHeight", inputHeight);
    requireAtLeast(1, "inputWidth", inputWidth);
    requireAtLeast(1, "outputChannels", outputChannels);
    requireAtLeast(1, "kernelHeight", kernelHeight);
    requireAtLeast(1, "kernelWidth", kernelWidth);
    requireAtLeast(1, "strideHeight", strideHeight);
    requireAtLeast(1, "strideWidth", strideWidth);
    requireAtLeast(0, "padTop", padTop);
    requireAtLeast(0, "padLeft", padLeft);
    requireAtLeast(0, "padBottom", padBottom);
    requireAtLeast(0, "padRight", padRight);
    requireAtLeast(1, "dilationHeight", dilationHeight);
    requireAtLeast(1, "dilationWidth", dilationWidth);
    requireAtLeast(1, "groups", groups);
    requireMultiple("inputChannels", inputChannels, groups);
    requireMultiple("outputChannels", outputChannels, groups);
    requireWindow("kernelHeight", kernelHeight, dilationHeight, inputHeight, padTop, padBottom);
    requireWindow("kernelWidth", kernelWidth, dilationWidth, inputWidth, padLeft, padRight);
    Shape.of(inputChannels, inputHeight, inputWidth);
    Shape.of(outputChannels, inputChannels / groups, kernelHeight, kernelWidth);
    Shape.of(
        outputChannels,
        extent(inputHeight, padTop, padBottom, kernelHeight, dilationHeight, strideHeight),
        extent(inputWidth, padLeft, padRight, kernelWidth, dilationWidth, strideWidth));
  }

  /** OH, the rows of the output. */
  public int outputHeight() {
    return extent(inputHeight, padTop, padBottom, kernelHeight, dilationHeight, strideHeight);
  }

  /** OW, the columns of the output. */
  public int outputWidth() {
    return extent(inputWidth, padLeft, padRight, kernelWidth, dilationWidth, strideWidth);
  }

  @Override
  public Shape inputShape() {
    return Shape.of(inputChannels, inputHeight, inputWidth);
  }

  @Override
  public Shape outputShape() {
    return Shape.of(outputChannels, outputHeight(), outputWidth());
  }

  @Override
  public Shape weightShape() {
    return Shape.of(outputChannels, inputChannels / groups, kernelHeight, kernelWidth);
  }

  @Override
  public long multiplyAdds() {
    return (long) weightShape().elementCount() * outputHeight() * outputWidth();
  }

  private static void requireAtLeast(int min, String name, int value) {
    if (value < min) {
      throw new IllegalArgumentException(name + " is " + value + ", must be at least " + min);
    }
  }

  private static void requireMultiple(String name, int value, int groups) {
    if (value % groups != 0) {
      throw new IllegalArgumentException(
          name + " is " + value + ", must be a multiple of groups, which is " + groups);
    }
  }

  private static void requireWindow(
      String name, int kernel, int dilation, int input, int padBefore, int padAfter) {
    long window = (long) dilation * (kernel - 1) + 1;
    long padded = (long) input + padBefore + padAfter;
    if (padded > Integer.MAX_VALUE || window > padded) {
      throw new IllegalArgumentException(
          name
              + " is "
              + kernel
              + ", its window of "
              + window
              + " does not fit in the padded input of "
              + padded);
    }
  }

  private static int extent(
      int input, int padBefore, int padAfter, int kernel, int dilation, int stride) {
    return (input + padBefore + padAfter - dilation * (kernel - 1) - 1) / stride + 1;
  }
}
