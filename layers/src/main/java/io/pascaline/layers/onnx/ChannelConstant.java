// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;

/**
 * A constant that meets a tensor element by element: one number for all elements, or one per
 * channel. Values are finite.
 */
final class ChannelConstant {
  private final ConstantTensor tensor;
  private final boolean uniform;

  private ChannelConstant(ConstantTensor tensor, boolean uniform) {
    this.tensor = tensor;
    this.uniform = uniform;
  }

  /**
   * Reads a constant against the shape (without batch) that it is broadcast to.
   *
   * @throws ModelFormatException if it varies within a channel or would enlarge the tensor
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
    if (!uniform && !perChannel) {
      throw node.refused(
          "its constant varies within a channel", "use one number, or one per channel");
    }
    return new ChannelConstant(constant, uniform);
  }

  /** Returns whether all elements get the same number. */
  boolean uniform() {
    return uniform;
  }

  /** Returns how many numbers there are. */
  int count() {
    return uniform ? 1 : tensor.elementCount();
  }

  /** Returns the number of a channel; of channel 0 if uniform. */
  double value(int channel) {
    return tensor.real(channel);
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
