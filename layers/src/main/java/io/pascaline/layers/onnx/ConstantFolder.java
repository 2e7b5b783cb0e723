package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * Computes operators whose inputs are all known: constants and what exporters compute from them
 * (coefficients, transposed weights, shapes). Real numbers are computed in double.
 */
final class ConstantFolder {
  /** Element types as {@code Cast} numbers them. */
  static final long FLOAT = 1;

  static final long INT32 = 6;
  static final long INT64 = 7;
  static final long DOUBLE = 11;

  private interface Fold {
    ConstantTensor apply(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget);
  }

  private static final Map<String, Fold> FOLDS =
      Map.ofEntries(
          Map.entry("Identity", (node, in, budget) -> in[0]),
          Map.entry("Cast", ConstantFolder::cast),
          Map.entry("Neg", (node, in, budget) -> unary(node, in[0], budget, x -> -x)),
          Map.entry("Sqrt", (node, in, budget) -> unary(node, in[0], budget, Math::sqrt)),
          Map.entry("Reciprocal", (node, in, budget) -> unary(node, in[0], budget, x -> 1 / x)),
          Map.entry("Add", (n, in, b) -> binary(n, in, b, Double::sum, Long::sum)),
          Map.entry("Sub", (n, in, b) -> binary(n, in, b, (x, y) -> x - y, (x, y) -> x - y)),
          Map.entry("Mul", (n, in, b) -> binary(n, in, b, (x, y) -> x * y, (x, y) -> x * y)),
          Map.entry("Div", ConstantFolder::divide),
          Map.entry("Pow", (n, in, b) -> binary(n, in, b, StrictMath::pow, null)),
          Map.entry("Reshape", ConstantFolder::reshape),
          Map.entry("Flatten", ConstantFolder::flatten),
          Map.entry("Squeeze", ConstantFolder::squeeze),
          Map.entry("Unsqueeze", ConstantFolder::unsqueeze),
          Map.entry("Transpose", ConstantSlicing::transpose),
          Map.entry("Concat", ConstantSlicing::concat),
          Map.entry("Gather", ConstantSlicing::gather),
          Map.entry("Slice", ConstantSlicing::slice),
          Map.entry("ConstantOfShape", ConstantFolder::constantOfShape));

  private ConstantFolder() {}

  /**
   * Computes a node if it is of a known operator and all its inputs are known.
   *
   * @return whether it was.
   */
  static boolean fold(OnnxNode node, GraphAssembly graph) {
    if (node.operator().equals("Constant")) {
      graph.bind(node, new ConstantValue(literal(node)));
      return true;
    }
    final boolean splits = node.operator().equals("Split");
    final Fold fold = FOLDS.get(node.operator());
    if (fold == null && !splits || !allConstant(node, graph)) {
      return false;
    }
    final ConstantTensor[] inputs = new ConstantTensor[node.inputs().size()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = graph.constantOrNull(node, i);
    }
    if (splits) {
      final List<ConstantTensor> parts = ConstantSlicing.split(node, inputs, graph.budget());
      for (int i = 0; i < parts.size(); i++) {
        if (!node.outputs().get(i).isEmpty()) {
          graph.bind(node, node.outputs().get(i), new ConstantValue(parts.get(i)));
        }
      }
      return true;
    }
    graph.bind(node, new ConstantValue(fold.apply(node, inputs, graph.budget())));
    return true;
  }

  private static boolean allConstant(OnnxNode node, GraphAssembly graph) {
    for (int i = 0; i < node.inputs().size(); i++) {
      if (!node.inputOrEmpty(i).isEmpty() && !(graph.value(node, i) instanceof ConstantValue)) {
        return false;
      }
    }
    node.input(0);
    return true;
  }

  private static ConstantTensor literal(OnnxNode node) {
    final AttributeProto tensor = node.attributeOrNull("value");
    if (tensor != null && tensor.hasT()) {
      return TensorReader.read(tensor.getT(), node.where());
    }
    final AttributeProto floats = node.attributeOrNull("value_floats");
    if (floats != null) {
      final float[] values = new float[floats.getFloatsCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = floats.getFloats(i);
      }
      return ConstantTensor.ofFloats(new int[] {values.length}, values);
    }
    final AttributeProto integers = node.attributeOrNull("value_ints");
    if (integers != null) {
      final long[] values = new long[integers.getIntsCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = integers.getInts(i);
      }
      return ConstantTensor.ofLongs(new int[] {values.length}, values);
    }
    if (node.hasAttribute("value_float")) {
      return ConstantTensor.ofFloats(new int[0], new float[] {node.real("value_float", 0)});
    }
    if (node.hasAttribute("value_int")) {
      return ConstantTensor.ofLongs(new int[0], new long[] {node.integer("value_int", 0)});
    }
    throw node.refused("has no numeric value", "use a dense tensor of float32 or int64");
  }

  private static ConstantTensor cast(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    final ConstantTensor input = inputs[0];
    final long type = node.integer("to", 0);
    if (type == INT32 || type == INT64) {
      if (input.isInteger()) {
        return input;
      }
      budget.charge(input.elementCount(), node.where());
      final long[] values = new long[input.elementCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (long) input.real(i);
      }
      return ConstantTensor.ofLongs(input.dims(), values);
    }
    if (type == FLOAT) {
      requireNoBatch(node, input);
      budget.charge(input.elementCount(), node.where());
      return ConstantTensor.ofFloats(input.dims(), input.toFloats());
    }
    if (type == DOUBLE) {
      return unary(node, input, budget, x -> x);
    }
    throw node.refused("casts to element type number " + type, "export in float32");
  }

  private static ConstantTensor unary(
      OnnxNode node, ConstantTensor input, ImportBudget budget, DoubleUnaryOperator operator) {
    requireNoBatch(node, input);
    budget.charge(input.elementCount(), node.where());
    final double[] values = new double[input.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = operator.applyAsDouble(input.real(i));
    }
    return ConstantTensor.ofDoubles(input.dims(), values);
  }

  private static ConstantTensor divide(
      OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    final ConstantTensor divisor = operand(node, inputs, 1);
    for (int i = 0; divisor.isInteger() && i < divisor.elementCount(); i++) {
      if (divisor.integer(i) == 0) {
        throw node.refused("divides by zero", "correct the model");
      }
    }
    return binary(node, inputs, budget, (x, y) -> x / y, (x, y) -> x / y);
  }

  /** Element by element with broadcasting; integers stay integers where there is an operator. */
  private static ConstantTensor binary(
      OnnxNode node,
      ConstantTensor[] inputs,
      ImportBudget budget,
      DoubleBinaryOperator real,
      LongBinaryOperator integerOrNull) {
    final ConstantTensor left = operand(node, inputs, 0);
    final ConstantTensor right = operand(node, inputs, 1);
    requireNoBatch(node, left);
    requireNoBatch(node, right);
    final int[] dims = ConstantLayout.broadcast(node, left.dims(), right.dims());
    final int elementCount = ConstantLayout.elementCount(node, dims, budget);
    final int[] leftIndices = ConstantLayout.broadcastIndices(left.dims(), dims, elementCount);
    final int[] rightIndices = ConstantLayout.broadcastIndices(right.dims(), dims, elementCount);
    if (left.isInteger() && right.isInteger() && integerOrNull != null) {
      final long[] values = new long[elementCount];
      for (int i = 0; i < elementCount; i++) {
        values[i] =
            integerOrNull.applyAsLong(left.integer(leftIndices[i]), right.integer(rightIndices[i]));
      }
      return ConstantTensor.ofLongs(dims, values);
    }
    final double[] values = new double[elementCount];
    for (int i = 0; i < elementCount; i++) {
      values[i] = real.applyAsDouble(left.real(leftIndices[i]), right.real(rightIndices[i]));
    }
    return ConstantTensor.ofDoubles(dims, values);
  }

  private static ConstantTensor reshape(
      OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    final ConstantTensor input = inputs[0];
    final long[] given = node.integersOrNull("shape");
    final long[] target =
        given != null ? given : ShapeOperators.integers(node, operand(node, inputs, 1));
    final int[] dims = new int[requireFewDims(node, target.length)];
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < dims.length; i++) {
      if (target[i] == -1 && unknown < 0) {
        unknown = i;
        continue;
      }
      final boolean copied = target[i] == 0 && i < input.rank();
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

  private static ConstantTensor flatten(
      OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    final long axis = node.integer("axis", 1);
    final int split = axis == inputs[0].rank() ? inputs[0].rank() : axisOf(node, inputs[0], axis);
    int rows = 1;
    int columns = 1;
    for (int i = 0; i < inputs[0].rank(); i++) {
      rows *= i < split ? inputs[0].dim(i) : 1;
      columns *= i < split ? 1 : inputs[0].dim(i);
    }
    return inputs[0].withDims(rows, columns);
  }

  private static ConstantTensor squeeze(
      OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    final ConstantTensor input = inputs[0];
    final long[] axes = axesOrNull(node, inputs);
    final boolean[] dropped = new boolean[input.rank()];
    for (int i = 0; axes == null && i < dropped.length; i++) {
      dropped[i] = input.dim(i) == 1;
    }
    for (int i = 0; axes != null && i < axes.length; i++) {
      dropped[axisOf(node, input, axes[i])] = true;
    }
    final int[] dims = new int[input.rank()];
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

  private static ConstantTensor unsqueeze(
      OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    final ConstantTensor input = inputs[0];
    final long[] axes = axesOrNull(node, inputs);
    if (axes == null) {
      throw node.damaged("names no axes");
    }
    final int[] dims = new int[requireFewDims(node, input.rank() + axes.length)];
    for (long axis : axes) {
      final int index = ShapeOperators.axis(node, axis, dims.length);
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

  private static ConstantTensor constantOfShape(
      OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    final long[] target = ShapeOperators.integers(node, inputs[0]);
    final int[] dims = new int[requireFewDims(node, target.length)];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = node.size("dimension", target[i]);
    }
    final AttributeProto value = node.attributeOrNull("value");
    final ConstantTensor element =
        value != null && value.hasT()
            ? TensorReader.read(value.getT(), node.where())
            : ConstantTensor.ofFloats(new int[0], new float[1]);
    if (element.elementCount() != 1) {
      throw node.damaged("its value is not one element");
    }
    return element.pick(dims, new int[ConstantLayout.elementCount(node, dims, budget)]);
  }

  static ConstantTensor operand(OnnxNode node, ConstantTensor[] inputs, int index) {
    node.input(index);
    return inputs[index];
  }

  /** Axes from the attribute (older opsets) or from the second input; null if there are none. */
  static long[] axesOrNull(OnnxNode node, ConstantTensor[] inputs) {
    final long[] attribute = node.integersOrNull("axes");
    if (attribute != null || inputs.length < 2 || inputs[1] == null) {
      return attribute;
    }
    return ShapeOperators.integers(node, inputs[1]);
  }

  static int axisOf(OnnxNode node, ConstantTensor tensor, long axis) {
    return ShapeOperators.axis(node, axis, tensor.rank());
  }

  private static int requireFewDims(OnnxNode node, int count) {
    if (count > 8) {
      throw node.damaged("makes " + count + " dimensions");
    }
    return count;
  }

  private static void requireNoBatch(OnnxNode node, ConstantTensor tensor) {
    if (tensor.hasBatch()) {
      throw node.refused(
          "computes with the batch size, which is not known", "export with a batch size of 1");
    }
  }
}
