// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.constant;

import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.OnnxNode;

/** Weights that a file stores as integers with a scale. */
final class QuantisedConstants {
  private QuantisedConstants() {}

  /** Computes {@code (x - zeroPoint) * scale}, of one scale for all or one along an axis. */
  static ConstantTensor dequantise(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor input = inputs[0];
    ConstantTensor scale = ConstantTensor.operand(node, inputs, 1);
    ConstantTensor zero = inputs.length > 2 ? inputs[2] : null;
    ConstantFolder.requireNoBatch(node, input);
    if (node.integer("block_size", 0) != 0 || scale.rank() > 1) {
      throw node.refused("has scales for blocks", "export the float model");
    }
    boolean perAxis = scale.elementCount() != 1;
    int axis = perAxis ? node.axis(node.integer("axis", 1), input.rank()) : 0;
    if (perAxis && scale.elementCount() != input.dim(axis)
        || zero != null && zero.elementCount() != scale.elementCount()) {
      throw node.damaged("has " + scale.elementCount() + " scales for " + input.elementCount());
    }
    int inner = 1;
    for (int i = axis + 1; perAxis && i < input.rank(); i++) {
      inner *= input.dim(i);
    }
    budget.charge(input.elementCount(), node.where());
    float[] values = new float[input.elementCount()];
    for (int i = 0; i < values.length; i++) {
      int place = perAxis ? i / inner % scale.elementCount() : 0;
      double offset = zero == null ? 0 : zero.real(place);
      values[i] = (float) ((input.real(i) - offset) * scale.real(place));
    }
    return ConstantTensor.ofFloats(input.dims(), values);
  }
}
