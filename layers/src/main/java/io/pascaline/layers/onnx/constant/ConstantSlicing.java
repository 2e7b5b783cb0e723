// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.constant;

import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.OnnxNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operators on constants that move elements: Transpose, Concat, Gather, Slice, Split. */
final class ConstantSlicing {
  private ConstantSlicing() {}

  static ConstantTensor transpose(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor input = inputs[0];
    long[] given = node.integersOrNull("perm");
    int rank = input.rank();
    if (given != null && given.length != rank) {
      throw node.damaged("attribute perm has " + given.length + " values, not " + rank);
    }
    int[] own = ConstantLayout.strides(input.dims());
    int[] dims = new int[rank];
    int[] strides = new int[rank];
    boolean[] used = new boolean[rank];
    for (int i = 0; i < rank; i++) {
      int axis = given == null ? rank - 1 - i : node.axis(given[i], rank);
      if (used[axis]) {
        throw node.damaged("attribute perm repeats axis " + axis);
      }
      used[axis] = true;
      dims[i] = input.dim(axis);
      strides[i] = own[axis];
    }
    int count = ConstantLayout.elementCount(node, dims, budget);
    return input.pick(dims, ConstantLayout.indices(dims, strides, 0, count));
  }

  static ConstantTensor gather(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor input = inputs[0];
    ConstantTensor picks = ConstantTensor.operand(node, inputs, 1);
    int axis = node.axis(node.integer("axis", 0), input.rank());
    if (!picks.isInteger() || picks.rank() > 1) {
      throw node.refused("its indices are not a list of integers", "fold constants first");
    }
    int[] chosen = new int[picks.elementCount()];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = node.axis(picks.integer(i), input.dim(axis));
    }
    ConstantTensor gathered = along(node, input, axis, chosen, budget);
    if (picks.rank() == 1) {
      return gathered;
    }
    int[] dims = new int[input.rank() - 1];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = input.dim(i < axis ? i : i + 1);
    }
    return gathered.withDims(dims);
  }

  static ConstantTensor slice(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor sliced = inputs[0];
    long[] starts = list(node, inputs, "starts", 1);
    long[] ends = list(node, inputs, "ends", 2);
    if (starts == null || ends == null || starts.length != ends.length) {
      throw node.damaged("its starts and ends do not match");
    }
    long[] axes = list(node, inputs, "axes", 3);
    long[] steps = list(node, inputs, "steps", 4);
    if (axes != null && axes.length != starts.length
        || steps != null && steps.length != starts.length
        || starts.length > sliced.rank()) {
      throw node.damaged("its starts, axes and steps do not match");
    }
    for (int i = 0; i < starts.length; i++) {
      int axis = node.axis(axes == null ? i : axes[i], sliced.rank());
      long step = steps == null ? 1 : steps[i];
      SliceRange range = SliceRange.of(node, starts[i], ends[i], step, sliced.dim(axis));
      sliced = along(node, sliced, axis, range.indices(), budget);
    }
    return sliced;
  }

  static List<ConstantTensor> split(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor input = inputs[0];
    int axis = node.axis(node.integer("axis", 0), input.rank());
    int parts = node.outputs().size();
    int dim = input.dim(axis);
    long[] sizes = list(node, inputs, "split", 1);
    if (parts == 0 || sizes != null && sizes.length != parts) {
      throw node.damaged("does not split into its outputs");
    }
    int even = (dim + parts - 1) / parts;
    List<ConstantTensor> split = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < parts; i++) {
      int size = sizes == null ? Math.min(even, dim - start) : node.size("split", sizes[i]);
      if (size < 0 || size > dim - start) {
        throw node.damaged("does not split into its outputs");
      }
      int[] chosen = new int[size];
      for (int j = 0; j < size; j++) {
        chosen[j] = start + j;
      }
      split.add(along(node, input, axis, chosen, budget));
      start += size;
    }
    return split;
  }

  static ConstantTensor concat(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor first = inputs[0];
    int axis = node.axis(node.integer("axis", 0), first.rank());
    int[] dims = first.dims();
    boolean integer = true;
    long total = 0;
    for (int i = 0; i < inputs.length; i++) {
      ConstantTensor part = ConstantTensor.operand(node, inputs, i);
      int[] partDims = part.dims();
      if (partDims.length != dims.length) {
        throw node.damaged("its constants differ in rank");
      }
      total += partDims[axis];
      partDims[axis] = dims[axis];
      if (!Arrays.equals(partDims, dims) || total > ImportBudget.MAX_TENSOR_ELEMENTS) {
        throw node.damaged("its constants differ in shape or are too large");
      }
      integer &= part.isInteger();
    }
    dims[axis] = (int) total;
    int count = ConstantLayout.elementCount(node, dims, budget);
    int inner = innerElementCount(dims, axis);
    long[] longs = integer ? new long[count] : null;
    double[] doubles = integer ? null : new double[count];
    int offset = 0;
    for (ConstantTensor part : inputs) {
      int run = part.dim(axis) * inner;
      for (int i = 0; i < part.elementCount(); i++) {
        int target = i / run * dims[axis] * inner + offset + i % run;
        if (integer) {
          longs[target] = part.integer(i);
        } else {
          doubles[target] = part.real(i);
        }
      }
      offset += run;
    }
    return integer ? ConstantTensor.ofLongs(dims, longs) : ConstantTensor.ofDoubles(dims, doubles);
  }

  /** Returns the chosen positions along one axis. */
  private static ConstantTensor along(
      OnnxNode node, ConstantTensor input, int axis, int[] chosen, ImportBudget budget) {
    int[] dims = input.dims();
    int inner = innerElementCount(dims, axis);
    int oldRun = dims[axis] * inner;
    dims[axis] = chosen.length;
    int[] indices = new int[ConstantLayout.elementCount(node, dims, budget)];
    int run = chosen.length * inner;
    for (int i = 0; i < indices.length; i++) {
      indices[i] = i / run * oldRun + chosen[i % run / inner] * inner + i % inner;
    }
    return input.pick(dims, indices);
  }

  private static int innerElementCount(int[] dims, int axis) {
    int inner = 1;
    for (int i = axis + 1; i < dims.length; i++) {
      inner *= dims[i];
    }
    return inner;
  }

  private static long[] list(OnnxNode node, ConstantTensor[] inputs, String attribute, int input) {
    long[] given = node.integersOrNull(attribute);
    if (given != null || input >= inputs.length || inputs[input] == null) {
      return given;
    }
    return inputs[input].integers(node);
  }
}
