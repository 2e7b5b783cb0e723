// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;

/**
 * A constant operand of an element-wise operator: one number for all elements, one per channel, or
 * one per element. Values are finite.
 */
final class ChannelConstant {
  private final ConstantTensor tensor;
  private final boolean uniform;

  /** Which number each element of the tensor gets; null unless channels are not all alike. */
  private final int[] indexPerElement;

  private ChannelConstant(ConstantTensor tensor, boolean uniform, int[] indexPerElement) {
    this.tensor = tensor;
    this.uniform = uniform;
    this.indexPerElement = indexPerElement;
  }

  /**
   * Reads a constant against the shape (without batch) that it is broadcast to.
   *
   * @throws ModelFormatException if it would enlarge the tensor
   */
  static ChannelConstant of(
      OnnxNode node, ConstantTensor constant, Shape shape, ImportBudget budget) {
    int leading = shape.rank() + 1 - constant.rank();
    boolean fits = leading >= 0 && constant.elementCount() > 0 && !constant.hasBatch();
    boolean perChannel = true;
    for (int i = 0; i < constant.rank() && fits; i++) {
      int axis = leading + i;
      int dim = constant.dim(i);
      fits = dim == 1 || axis > 0 && dim == shape.dim(axis - 1);
      perChannel &= dim == 1 || axis == 1;
    }
    if (!fits) {
      throw node.refused(
          "its constant does not fit a tensor of shape " + shape,
          "use one number, or one per channel as [C, 1, 1]");
    }
    budget.charge(constant.elementCount(), node.where());
    requireFinite(node, constant);
    boolean uniform = isUniform(constant);
    if (uniform || perChannel) {
      return new ChannelConstant(constant, uniform, null);
    }
    budget.charge(shape.elementCount(), node.where());
    return new ChannelConstant(constant, false, indices(constant, shape));
  }

  private static int[] indices(ConstantTensor constant, Shape shape) {
    int[] indices = new int[shape.elementCount()];
    int stride = 1;
    int run = 1;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      int own = axis + constant.rank() - shape.rank();
      if (own >= 0 && constant.dim(own) > 1) {
        for (int i = 0; i < indices.length; i++) {
          indices[i] += i / run % shape.dim(axis) * stride;
        }
        stride *= constant.dim(own);
      }
      run *= shape.dim(axis);
    }
    return indices;
  }

  /**
   * Returns this.
   *
   * @throws ModelFormatException if it varies within a channel
   */
  ChannelConstant requireChannelwise(OnnxNode node) {
    if (isPerElement()) {
      throw node.refused(
          "its constant varies within a channel",
          "use one number, or one per channel; sums and products take any");
    }
    return this;
  }

  /** Returns whether the elements of a channel get different numbers. */
  boolean isPerElement() {
    return indexPerElement != null;
  }

  /** Returns whether all elements get the same number. */
  boolean uniform() {
    return uniform;
  }

  /** Returns how many numbers there are. */
  int count() {
    if (uniform) {
      return 1;
    }
    return isPerElement() ? indexPerElement.length : tensor.elementCount();
  }

  /** Returns the number of a channel, or of an element if they differ; the only one if uniform. */
  double value(int index) {
    if (uniform) {
      return tensor.real(0);
    }
    return tensor.real(isPerElement() ? indexPerElement[index] : index);
  }

  private static boolean isUniform(ConstantTensor constant) {
    for (int i = 1; i < constant.elementCount(); i++) {
      if (constant.real(i) != constant.real(0)) {
        return false;
      }
    }
    return true;
  }

  private static void requireFinite(OnnxNode node, ConstantTensor constant) {
    for (int i = 0; i < constant.elementCount(); i++) {
      if (!Double.isFinite(constant.real(i))) {
        throw node.refused("its constant is NaN or infinite", "correct the model");
      }
    }
  }
}
