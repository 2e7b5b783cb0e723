// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;

/**
 * Kernel, strides, dilations and padding of a two-dimensional window, with {@code auto_pad} worked
 * out. Pads of a {@code Pad} before it are included.
 */
record WindowAttributes(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int dilationHeight,
    int dilationWidth,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight) {

  /**
   * Reads the attributes that Conv and the pools share.
   *
   * @param input what the window moves over; its shape must be {@code [C, H, W]}
   * @param kernelOrNull the kernel if the weights tell it; otherwise the attribute must
   */
  static WindowAttributes read(OnnxNode node, ImportedValue.Padded input, int[] kernelOrNull) {
    Shape shape = input.source().shape();
    if (shape.rank() != 3) {
      throw node.refused(
          "its input has shape " + shape + ", not [C, H, W]",
          "use two-dimensional layers; a 1-D layer can be exported with a height of 1");
    }
    if (kernelOrNull == null && !node.hasAttribute("kernel_shape")) {
      throw node.damaged("attribute kernel_shape is missing");
    }
    int[] kernel =
        node.hasAttribute("kernel_shape") ? node.sizes("kernel_shape", 2, 1) : kernelOrNull;
    int[] stride = node.sizes("strides", 2, 1);
    int[] dilation = node.sizes("dilations", 2, 1);
    if (Math.min(Math.min(kernel[0], kernel[1]), Math.min(stride[0], stride[1])) < 1
        || Math.min(dilation[0], dilation[1]) < 1) {
      throw node.damaged("a kernel, stride or dilation is 0");
    }
    if (kernelOrNull != null && (kernel[0] != kernelOrNull[0] || kernel[1] != kernelOrNull[1])) {
      throw node.damaged("kernel_shape is not that of the weights");
    }
    int[] outer = {input.padTop(), input.padLeft(), input.padBottom(), input.padRight()};
    int[] pads = pads(node, shape, outer, kernel, stride, dilation);
    return new WindowAttributes(
        kernel[0],
        kernel[1],
        stride[0],
        stride[1],
        dilation[0],
        dilation[1],
        outer[0] + pads[0],
        outer[1] + pads[1],
        outer[2] + pads[2],
        outer[3] + pads[3]);
  }

  /** Returns the window's own pads: top, left, bottom, right. */
  private static int[] pads(
      OnnxNode node, Shape shape, int[] outer, int[] kernel, int[] stride, int[] dilation) {
    String auto = node.text("auto_pad", "NOTSET");
    if (auto.equals("NOTSET") || auto.isEmpty()) {
      return node.sizes("pads", 4, 0);
    }
    if (auto.equals("VALID")) {
      return new int[4];
    }
    if (!auto.equals("SAME_UPPER") && !auto.equals("SAME_LOWER")) {
      throw node.damaged("attribute auto_pad is '" + auto + "'");
    }
    int[] pads = new int[4];
    for (int axis = 0; axis < 2; axis++) {
      long input = (long) shape.dim(1 + axis) + outer[axis] + outer[axis + 2];
      long window = (long) dilation[axis] * (kernel[axis] - 1) + 1;
      long outputs = (input + stride[axis] - 1) / stride[axis];
      long total = Math.max(0, (outputs - 1) * stride[axis] + window - input);
      int small = node.size("padding", total / 2);
      int large = node.size("padding", total - total / 2);
      pads[axis] = auto.equals("SAME_UPPER") ? small : large;
      pads[axis + 2] = auto.equals("SAME_UPPER") ? large : small;
    }
    return pads;
  }

  /** Returns whether rounding the number of windows up instead of down would change nothing. */
  boolean dividesEvenly(Shape input) {
    long height = (long) input.dim(1) + padTop + padBottom - kernelHeight;
    long width = (long) input.dim(2) + padLeft + padRight - kernelWidth;
    return height % strideHeight == 0 && width % strideWidth == 0;
  }
}
