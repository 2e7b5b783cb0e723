// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.constant;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.OnnxNode;
import java.util.Arrays;

/** Operators that give a constant other dimensions, or make one of given dimensions. */
final class ConstantShaping {
  private ConstantShaping() {}

  static ConstantTensor reshape(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor input = inputs[0];
    long[] given = node.integersOrNull("shape");
    long[] target = given != null ? given : ConstantTensor.operand(node, inputs, 1).integers(node);
    int[] dims = new int[requireFewDims(node, target.length)];
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < dims.length; i++) {
      if (target[i] == -1 && unknown < 0) {
        unknown = i;
        continue;
      }
      boolean copied = target[i] == 0 && i < input.rank();
      dims[i] = copied ? input.dim(i) : node.size("dimension", target[i]);
      known *= dims[i];
      if (known > Integer.MAX_VALUE) {
        throw node.damaged("reshapes to too many elements");
      }
    }
    if (unknown >= 0 && known > 0) {
      dims[unknown] = (int) (input.elementCount() / known);
      known *= dims[unknown];
    }
    if (known != input.elementCount()) {
      throw node.damaged("reshapes to another number of elements");
    }
    return input.withDims(dims);
  }

  static ConstantTensor flatten(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    long axis = node.integer("axis", 1);
    int split = axis == inputs[0].rank() ? inputs[0].rank() : node.axis(axis, inputs[0].rank());
    int rows = 1;
    int columns = 1;
    for (int i = 0; i < inputs[0].rank(); i++) {
      rows *= i < split ? inputs[0].dim(i) : 1;
      columns *= i < split ? 1 : inputs[0].dim(i);
    }
    return inputs[0].withDims(rows, columns);
  }

  static ConstantTensor squeeze(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor input = inputs[0];
    long[] axes = axesOrNull(node, inputs);
    boolean[] dropped = new boolean[input.rank()];
    for (int i = 0; axes == null && i < dropped.length; i++) {
      dropped[i] = input.dim(i) == 1;
    }
    for (int i = 0; axes != null && i < axes.length; i++) {
      dropped[node.axis(axes[i], input.rank())] = true;
    }
    int[] dims = new int[input.rank()];
    int rank = 0;
    for (int i = 0; i < dropped.length; i++) {
      if (!dropped[i]) {
        dims[rank++] = input.dim(i);
      } else if (input.dim(i) != 1) {
        throw node.damaged("squeezes a dimension of " + input.dim(i));
      }
    }
    return input.withDims(Arrays.copyOf(dims, rank));
  }

  static ConstantTensor unsqueeze(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor input = inputs[0];
    long[] axes = axesOrNull(node, inputs);
    if (axes == null) {
      throw node.damaged("names no axes");
    }
    int[] dims = new int[requireFewDims(node, input.rank() + axes.length)];
    for (long axis : axes) {
      int index = node.axis(axis, dims.length);
      if (dims[index] != 0) {
        throw node.damaged("adds a dimension twice");
      }
      dims[index] = -1;
    }
    int next = 0;
    for (int i = 0; i < dims.length; i++) {
      dims[i] = dims[i] == -1 ? 1 : input.dim(next++);
    }
    return input.withDims(dims);
  }

  static ConstantTensor constantOfShape(
      OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    long[] target = inputs[0].integers(node);
    int[] dims = new int[requireFewDims(node, target.length)];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = node.size("dimension", target[i]);
    }
    AttributeProto value = node.attributeOrNull("value");
    ConstantTensor element =
        value != null && value.hasT()
            ? TensorReader.read(value.getT(), node.where())
            : ConstantTensor.ofFloats(new int[0], new float[1]);
    if (element.elementCount() != 1) {
      throw node.damaged("its value is not one element");
    }
    return element.pick(dims, new int[ConstantLayout.elementCount(node, dims, budget)]);
  }

  /** Axes from the attribute (older opsets) or from the second input; null if there are none. */
  private static long[] axesOrNull(OnnxNode node, ConstantTensor[] inputs) {
    long[] attribute = node.integersOrNull("axes");
    if (attribute != null || inputs.length < 2 || inputs[1] == null) {
      return attribute;
    }
    return inputs[1].integers(node);
  }

  private static int requireFewDims(OnnxNode node, int count) {
    if (count > 8) {
      throw node.damaged("makes " + count + " dimensions");
    }
    return count;
  }
}
