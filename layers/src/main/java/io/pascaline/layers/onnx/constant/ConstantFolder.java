// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.constant;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.pascaline.layers.onnx.constant.ReducedConstants.Reduction;
import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.OnnxNode;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleToLongFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * Computes operators whose inputs are all known: constants and what exporters compute from them
 * (coefficients, transposed weights, shapes). Real numbers are computed in double.
 */
public final class ConstantFolder {
  private static final long DOUBLE = 11;
  private static final long BOOL = 9;

  private static final String LITERAL = "Constant";
  private static final String SPLIT = "Split";

  private interface Fold {
    ConstantTensor apply(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget);
  }

  private static final Map<String, Reduction> REDUCTIONS =
      Map.ofEntries(
          Map.entry("ReduceSum", Reduction.sum(x -> x, (sum, count) -> sum)),
          Map.entry("ReduceMean", Reduction.sum(x -> x, (sum, count) -> sum / count)),
          Map.entry("ReduceL1", Reduction.sum(Math::abs, (sum, count) -> sum)),
          Map.entry("ReduceL2", Reduction.sum(x -> x * x, (sum, count) -> Math.sqrt(sum))),
          Map.entry("ReduceSumSquare", Reduction.sum(x -> x * x, (sum, count) -> sum)),
          Map.entry("ReduceProd", Reduction.of(1, (x, y) -> x * y)),
          Map.entry("ReduceMax", Reduction.of(Double.NEGATIVE_INFINITY, Math::max)),
          Map.entry("ReduceMin", Reduction.of(Double.POSITIVE_INFINITY, Math::min)));

  private static final Map<String, Fold> FOLDS =
      Map.ofEntries(
          Map.entry("Identity", (node, in, budget) -> in[0]),
          Map.entry("Cast", ConstantFolder::cast),
          Map.entry("Add", (n, in, b) -> binary(n, in, b, Double::sum, Long::sum)),
          Map.entry("Sub", (n, in, b) -> binary(n, in, b, (x, y) -> x - y, (x, y) -> x - y)),
          Map.entry("Mul", (n, in, b) -> binary(n, in, b, (x, y) -> x * y, (x, y) -> x * y)),
          Map.entry("Div", ConstantFolder::divide),
          Map.entry("Pow", (n, in, b) -> binary(n, in, b, StrictMath::pow, null)),
          Map.entry("Min", (n, in, b) -> extreme(n, in, b, Math::min, Math::min)),
          Map.entry("Max", (n, in, b) -> extreme(n, in, b, Math::max, Math::max)),
          Map.entry("Floor", (node, in, budget) -> map(node, in[0], budget, Math::floor)),
          Map.entry("Ceil", (node, in, budget) -> map(node, in[0], budget, Math::ceil)),
          Map.entry("Equal", (n, in, b) -> compared(n, in, b, (x, y) -> x == y ? 1 : 0)),
          Map.entry("Greater", (n, in, b) -> compared(n, in, b, (x, y) -> x > y ? 1 : 0)),
          Map.entry("Less", (n, in, b) -> compared(n, in, b, (x, y) -> x < y ? 1 : 0)),
          Map.entry("MatMul", ReducedConstants::product),
          Map.entry("Gemm", ReducedConstants::gemm),
          Map.entry("Size", ReducedConstants::size),
          Map.entry("Tile", ConstantShaping::tile),
          Map.entry("Where", ConstantShaping::where),
          Map.entry("Expand", ConstantShaping::expand),
          Map.entry("Range", ConstantShaping::range),
          Map.entry("Shape", ConstantShaping::shape),
          Map.entry("DequantizeLinear", QuantisedConstants::dequantise),
          Map.entry("Reshape", ConstantShaping::reshape),
          Map.entry("Flatten", ConstantShaping::flatten),
          Map.entry("Squeeze", ConstantShaping::squeeze),
          Map.entry("Unsqueeze", ConstantShaping::unsqueeze),
          Map.entry("Transpose", ConstantSlicing::transpose),
          Map.entry("Concat", ConstantSlicing::concat),
          Map.entry("Gather", ConstantSlicing::gather),
          Map.entry("Slice", ConstantSlicing::slice),
          Map.entry("ConstantOfShape", ConstantShaping::constantOfShape));

  private ConstantFolder() {}

  /**
   * Returns whether nodes of a standard operator can be computed, if all their inputs are known.
   */
  public static boolean folds(String operator) {
    return operator.equals(LITERAL)
        || operator.equals(SPLIT)
        || REDUCTIONS.containsKey(operator)
        || FOLDS.containsKey(operator);
  }

  /**
   * Computes a node.
   *
   * @param node of an operator that {@link #folds}
   * @param inputs null where an optional input is absent
   * @param budget charged for what is computed
   * @return its outputs, in their order
   */
  public static List<ConstantTensor> fold(
      OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    if (node.operator().equals(LITERAL)) {
      return List.of(literal(node, budget));
    }
    node.input(0);
    Reduction reduction = REDUCTIONS.get(node.operator());
    if (reduction != null) {
      return List.of(ReducedConstants.reduce(node, inputs, budget, reduction));
    }
    return node.operator().equals(SPLIT)
        ? ConstantSlicing.split(node, inputs, budget)
        : List.of(FOLDS.get(node.operator()).apply(node, inputs, budget));
  }

  private static ConstantTensor literal(OnnxNode node, ImportBudget budget) {
    AttributeProto tensor = node.attributeOrNull("value");
    if (tensor != null && tensor.hasT()) {
      return TensorReader.read(tensor.getT(), node.where());
    }
    AttributeProto sparse = node.attributeOrNull("sparse_value");
    if (sparse != null && sparse.hasSparseTensor()) {
      return SparseConstants.read(node, sparse.getSparseTensor(), budget);
    }
    AttributeProto floats = node.attributeOrNull("value_floats");
    if (floats != null) {
      float[] values = new float[floats.getFloatsCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = floats.getFloats(i);
      }
      return ConstantTensor.ofFloats(new int[] {values.length}, values);
    }
    AttributeProto integers = node.attributeOrNull("value_ints");
    if (integers != null) {
      long[] values = new long[integers.getIntsCount()];
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
    ConstantTensor input = inputs[0];
    long type = node.integer("to", 0);
    if (TensorReader.isInteger(type)) {
      return input.isInteger() ? input : integers(node, input, budget, x -> (long) x);
    }
    if (type == BOOL) {
      return integers(node, input, budget, x -> x != 0 ? 1 : 0);
    }
    if (type == DOUBLE) {
      return map(node, input, budget, x -> x);
    }
    if (TensorReader.isReal(type)) {
      requireNoBatch(node, input);
      budget.charge(input.elementCount(), node.where());
      return ConstantTensor.ofFloats(input.dims(), input.toFloats());
    }
    throw node.refused("casts to element type number " + type, "export in float32");
  }

  private static ConstantTensor integers(
      OnnxNode node, ConstantTensor input, ImportBudget budget, DoubleToLongFunction operator) {
    requireNoBatch(node, input);
    budget.charge(input.elementCount(), node.where());
    long[] values = new long[input.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = operator.applyAsLong(input.real(i));
    }
    return ConstantTensor.ofLongs(input.dims(), values);
  }

  /** Computes a function of each element. */
  public static ConstantTensor map(
      OnnxNode node, ConstantTensor input, ImportBudget budget, DoubleUnaryOperator operator) {
    requireNoBatch(node, input);
    budget.charge(input.elementCount(), node.where());
    double[] values = new double[input.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = operator.applyAsDouble(input.real(i));
    }
    return ConstantTensor.ofDoubles(input.dims(), values);
  }

  private static ConstantTensor divide(
      OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor divisor = ConstantTensor.operand(node, inputs, 1);
    for (int i = 0; divisor.isInteger() && i < divisor.elementCount(); i++) {
      if (divisor.integer(i) == 0) {
        throw node.refused("divides by zero", "correct the model");
      }
    }
    return binary(node, inputs, budget, (x, y) -> x / y, (x, y) -> x / y);
  }

  /** Computes the least or largest of any number of inputs. */
  private static ConstantTensor extreme(
      OnnxNode node,
      ConstantTensor[] inputs,
      ImportBudget budget,
      DoubleBinaryOperator real,
      LongBinaryOperator integer) {
    ConstantTensor result = inputs[0];
    for (int i = 1; i < inputs.length; i++) {
      ConstantTensor next = ConstantTensor.operand(node, inputs, i);
      result = binary(node, new ConstantTensor[] {result, next}, budget, real, integer);
    }
    return result;
  }

  /** Compares element by element with broadcasting: 1 for true, 0 for false. */
  private static ConstantTensor compared(
      OnnxNode node, ConstantTensor[] inputs, ImportBudget budget, DoubleBinaryOperator operator) {
    ConstantTensor results = binary(node, inputs, budget, operator, null);
    return integers(node, results, budget, x -> (long) x);
  }

  /** Element by element with broadcasting; integers stay integers where there is an operator. */
  private static ConstantTensor binary(
      OnnxNode node,
      ConstantTensor[] inputs,
      ImportBudget budget,
      DoubleBinaryOperator real,
      LongBinaryOperator integerOrNull) {
    ConstantTensor left = ConstantTensor.operand(node, inputs, 0);
    ConstantTensor right = ConstantTensor.operand(node, inputs, 1);
    requireNoBatch(node, left);
    requireNoBatch(node, right);
    int[] dims = ConstantLayout.broadcast(node, left.dims(), right.dims());
    int elementCount = ConstantLayout.elementCount(node, dims, budget);
    int[] leftIndices = ConstantLayout.broadcastIndices(left.dims(), dims, elementCount);
    int[] rightIndices = ConstantLayout.broadcastIndices(right.dims(), dims, elementCount);
    if (left.isInteger() && right.isInteger() && integerOrNull != null) {
      long[] values = new long[elementCount];
      for (int i = 0; i < elementCount; i++) {
        values[i] =
            integerOrNull.applyAsLong(left.integer(leftIndices[i]), right.integer(rightIndices[i]));
      }
      return ConstantTensor.ofLongs(dims, values);
    }
    double[] values = new double[elementCount];
    for (int i = 0; i < elementCount; i++) {
      values[i] = real.applyAsDouble(left.real(leftIndices[i]), right.real(rightIndices[i]));
    }
    return ConstantTensor.ofDoubles(dims, values);
  }

  static void requireNoBatch(OnnxNode node, ConstantTensor tensor) {
    if (tensor.hasBatch()) {
      throw node.refused(
          "computes with the batch size, which is not known", "export with a batch size of 1");
    }
  }
}
