// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;

/**
 * Kernel, strides, dilations and padding of a window, with {@code auto_pad} resolved. Pads of a
 * preceding {@code Pad} are included. A window over [C, L] is a window of a single row over [C, 1,
 * L].
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
   * @param input what the window moves over; its shape must be {@code [C, H, W]} or {@code [C, L]}
   * @param kernelOrNull the kernel if the weights tell it; otherwise the attribute must
   */
  static WindowAttributes read(OnnxNode node, ImportedValue.Padded input, int[] kernelOrNull) {
    Shape given = input.source().shape();
    if (given.rank() != 3 && given.rank() != 2) {
      throw node.refused(
          "its input has shape " + given + ", not [C, H, W] or [C, L]",
          "use layers of one or two dimensions");
    }
    Shape shape = image(given);
    if (kernelOrNull == null && !node.hasAttribute("kernel_shape")) {
      throw node.damaged("attribute kernel_shape is missing");
    }
    int[] kernel =
        node.hasAttribute("kernel_shape") ? pair(node, given, "kernel_shape") : kernelOrNull;
    int[] stride = pair(node, given, "strides");
    int[] dilation = pair(node, given, "dilations");
    if (Math.min(Math.min(kernel[0], kernel[1]), Math.min(stride[0], stride[1])) < 1
        || Math.min(dilation[0], dilation[1]) < 1) {
      throw node.damaged("a kernel, stride or dilation is 0");
    }
    if (kernelOrNull != null && (kernel[0] != kernelOrNull[0] || kernel[1] != kernelOrNull[1])) {
      throw node.damaged("kernel_shape is not that of the weights");
    }
    int[] outer = {input.padTop(), input.padLeft(), input.padBottom(), input.padRight()};
    int[] pads =
        given.rank() == 3
            ? pads(node, shape, outer, kernel, stride, dilation)
            : linePads(node, shape, outer, kernel, stride, dilation);
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

  /** Returns the shape with a single row if it has none. */
  static Shape image(Shape shape) {
    return shape.rank() == 2 ? Shape.of(shape.dim(0), 1, shape.dim(1)) : shape;
  }

  private static int[] pair(OnnxNode node, Shape given, String attribute) {
    return given.rank() == 3
        ? node.sizes(attribute, 2, 1)
        : new int[] {1, node.sizes(attribute, 1, 1)[0]};
  }

  private static int[] linePads(
      OnnxNode node, Shape shape, int[] outer, int[] kernel, int[] stride, int[] dilation) {
    String auto = node.text("auto_pad", "NOTSET");
    if (!auto.equals("NOTSET") && !auto.isEmpty()) {
      return pads(node, shape, outer, kernel, stride, dilation);
    }
    int[] own = node.sizes("pads", 2, 0);
    return new int[] {0, own[0], 0, own[1]};
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

  /** Returns the rows or columns of padding of one side, in the order top, left, bottom, right. */
  int[] pads() {
    return new int[] {padTop, padLeft, padBottom, padRight};
  }

  /** Returns the same kernel, strides and dilations with other pads. */
  WindowAttributes withPads(int[] pads) {
    return new WindowAttributes(
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        dilationHeight,
        dilationWidth,
        pads[0],
        pads[1],
        pads[2],
        pads[3]);
  }

  /**
   * Returns the pads that give as many windows as rounding up does: a window may reach over the
   * padding at the end, but not begin there.
   *
   * @param input {@code [C, H, W]}
   */
  int[] padsOfCeiling(Shape input) {
    int[] pads = pads();
    pads[2] +=
        overhang(input.dim(1), padTop, padBottom, kernelHeight, dilationHeight, strideHeight);
    pads[3] += overhang(input.dim(2), padLeft, padRight, kernelWidth, dilationWidth, strideWidth);
    return pads;
  }

  private static int overhang(
      int size, int before, int after, int kernel, int dilation, int stride) {
    long window = (long) dilation * (kernel - 1) + 1;
    long room = (long) size + before + after - window;
    if (room < 0) {
      // One window, if it starts before it would leave out a whole stride.
      return -room < stride ? (int) -room : 0;
    }
    if (room % stride == 0) {
      return 0;
    }
    long start = (room / stride + 1) * stride;
    return start >= (long) size + before ? 0 : (int) (start - room);
  }

  /** Returns the window of a pool; it must not be dilated. */
  PoolWindow pool(Shape input) {
    return new PoolWindow(
        input.dim(0),
        input.dim(1),
        input.dim(2),
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padTop,
        padLeft,
        padBottom,
        padRight);
  }
}
