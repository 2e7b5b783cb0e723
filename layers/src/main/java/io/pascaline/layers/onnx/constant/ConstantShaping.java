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

  static ConstantTensor shape(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    int[] dims = inputs[0].dims();
    long[] values = new long[dims.length];
    for (int i = 0; i < dims.length; i++) {
      values[i] = dims[i];
    }
    int start = clamped(node.integer("start", 0), dims.length);
    int end = Math.max(start, clamped(node.integer("end", dims.length), dims.length));
    long[] chosen = Arrays.copyOfRange(values, start, end);
    return ConstantTensor.ofLongs(new int[] {chosen.length}, chosen);
  }

  private static int clamped(long index, int rank) {
    return (int) Math.max(0, Math.min(rank, index < 0 ? index + rank : index));
  }

  static ConstantTensor expand(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    long[] target = ConstantTensor.operand(node, inputs, 1).integers(node);
    int[] given = new int[requireFewDims(node, target.length)];
    for (int i = 0; i < given.length; i++) {
      given[i] = node.size("dimension", target[i]);
    }
    ConstantTensor input = inputs[0];
    int[] dims = ConstantLayout.broadcast(node, input.dims(), given);
    int elementCount = ConstantLayout.elementCount(node, dims, budget);
    return input.pick(dims, ConstantLayout.broadcastIndices(input.dims(), dims, elementCount));
  }

  static ConstantTensor tile(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor input = inputs[0];
    long[] times = ConstantTensor.operand(node, inputs, 1).integers(node);
    if (times.length != input.rank()) {
      throw node.damaged("repeats " + times.length + " dimensions, not " + input.rank());
    }
    int[] dims = new int[times.length];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = Math.multiplyExact(input.dim(i), node.size("repetition", times[i]));
    }
    int[] indices = new int[ConstantLayout.elementCount(node, dims, budget)];
    int[] own = ConstantLayout.strides(input.dims());
    int[] outer = ConstantLayout.strides(dims);
    for (int i = 0; i < indices.length; i++) {
      for (int d = 0; d < dims.length; d++) {
        indices[i] += i / outer[d] % dims[d] % input.dim(d) * own[d];
      }
    }
    return input.pick(dims, indices);
  }

  static ConstantTensor where(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor condition = inputs[0];
    ConstantTensor left = ConstantTensor.operand(node, inputs, 1);
    ConstantTensor right = ConstantTensor.operand(node, inputs, 2);
    ConstantFolder.requireNoBatch(node, condition);
    int[] both = ConstantLayout.broadcast(node, left.dims(), right.dims());
    int[] dims = ConstantLayout.broadcast(node, condition.dims(), both);
    int count = ConstantLayout.elementCount(node, dims, budget);
    int[] conditions = ConstantLayout.broadcastIndices(condition.dims(), dims, count);
    ConstantTensor lefts =
        left.pick(dims, ConstantLayout.broadcastIndices(left.dims(), dims, count));
    ConstantTensor rights =
        right.pick(dims, ConstantLayout.broadcastIndices(right.dims(), dims, count));
    boolean integer = left.isInteger() && right.isInteger();
    long[] longs = new long[integer ? count : 0];
    double[] doubles = new double[integer ? 0 : count];
    for (int i = 0; i < count; i++) {
      ConstantTensor chosen = condition.real(conditions[i]) != 0 ? lefts : rights;
      if (integer) {
        longs[i] = chosen.integer(i);
      } else {
        doubles[i] = chosen.real(i);
      }
    }
    return integer ? ConstantTensor.ofLongs(dims, longs) : ConstantTensor.ofDoubles(dims, doubles);
  }

  static ConstantTensor range(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    double[] bounds = new double[3];
    boolean integer = true;
    for (int i = 0; i < 3; i++) {
      ConstantTensor bound = ConstantTensor.operand(node, inputs, i);
      if (bound.elementCount() != 1 || bound.hasBatch()) {
        throw node.damaged("a bound is not one number");
      }
      bounds[i] = bound.real(0);
      integer &= bound.isInteger();
    }
    double steps = Math.max(0, Math.ceil((bounds[1] - bounds[0]) / bounds[2]));
    if (!(steps <= ImportBudget.MAX_TENSOR_ELEMENTS)) {
      throw node.damaged("its range has too many elements");
    }
    budget.charge((long) steps, node.where());
    double[] values = new double[(int) steps];
    long[] longs = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = bounds[0] + i * bounds[2];
      longs[i] = (long) values[i];
    }
    int[] dims = {values.length};
    return integer ? ConstantTensor.ofLongs(dims, longs) : ConstantTensor.ofDoubles(dims, values);
  }

  /** Axes from the attribute (older opsets) or from the second input; null if there are none. */
  static long[] axesOrNull(OnnxNode node, ConstantTensor[] inputs) {
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
