// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.constant;

import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.OnnxNode;
import java.util.Arrays;

/** Row-major index arithmetic of constants. */
final class ConstantLayout {
  private ConstantLayout() {}

  /** Dimensions of the result of an operator that broadcasts. */
  static int[] broadcast(OnnxNode node, int[] left, int[] right) {
    int[] dims = new int[Math.max(left.length, right.length)];
    for (int i = 1; i <= dims.length; i++) {
      int l = i <= left.length ? left[left.length - i] : 1;
      int r = i <= right.length ? right[right.length - i] : 1;
      if (l != r && l != 1 && r != 1) {
        throw node.damaged(
            "constants of shapes "
                + Arrays.toString(left)
                + " and "
                + Arrays.toString(right)
                + " do not fit");
      }
      dims[dims.length - i] = l == 1 ? r : l;
    }
    return dims;
  }

  /** Product of dimensions, charged to the budget. */
  static int elementCount(OnnxNode node, int[] dims, ImportBudget budget) {
    long count = 1;
    for (int dim : dims) {
      count *= dim;
      if (count > ImportBudget.MAX_TENSOR_ELEMENTS) {
        throw node.refused("makes too large a constant", "fold constants before export");
      }
    }
    budget.charge(count, node.where());
    return (int) count;
  }

  /** For each element of the result, the element of the source that is broadcast to it. */
  static int[] broadcastIndices(int[] source, int[] dims, int elementCount) {
    int[] strides = new int[dims.length];
    int[] own = strides(source);
    int leading = dims.length - source.length;
    for (int i = 0; i < source.length; i++) {
      strides[leading + i] = source[i] == 1 ? 0 : own[i];
    }
    return indices(dims, strides, 0, elementCount);
  }

  /** Distance in elements between neighbours along each dimension. */
  static int[] strides(int[] dims) {
    int[] strides = new int[dims.length];
    int stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dims[i];
    }
    return strides;
  }

  /** {@code offset + sum of position * stride} for each element of the result. */
  static int[] indices(int[] dims, int[] strides, int offset, int elementCount) {
    int[] indices = new int[elementCount];
    int[] position = new int[dims.length];
    int index = offset;
    for (int i = 0; i < elementCount; i++) {
      indices[i] = index;
      for (int axis = dims.length - 1; axis >= 0; axis--) {
        index += strides[axis];
        if (++position[axis] < dims[axis]) {
          break;
        }
        index -= strides[axis] * dims[axis];
        position[axis] = 0;
      }
    }
    return indices;
  }
}
