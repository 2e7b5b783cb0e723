// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.constant;

import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.OnnxNode;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * Computes reductions and matrix products of constants in double. Exporters write them for weight
 * normalisation, weight standardisation and factorised matrices.
 */
final class ReducedConstants {
  /** Number of products that are charged to the budget like one element. */
  private static final int PRODUCTS_PER_ELEMENT = 64;

  private ReducedConstants() {}

  /**
   * A reduction.
   *
   * @param start result for no elements
   * @param each applied to each element before it is combined
   * @param combination combines two results
   * @param end applied to the combined result and the number of elements
   */
  record Reduction(
      double start,
      DoubleUnaryOperator each,
      DoubleBinaryOperator combination,
      DoubleBinaryOperator end) {
    static Reduction sum(DoubleUnaryOperator each, DoubleBinaryOperator end) {
      return new Reduction(0, each, Double::sum, end);
    }

    static Reduction of(double start, DoubleBinaryOperator combination) {
      return new Reduction(start, x -> x, combination, (result, count) -> result);
    }
  }

  static ConstantTensor reduce(
      OnnxNode node, ConstantTensor[] inputs, ImportBudget budget, Reduction reduction) {
    ConstantTensor input = inputs[0];
    ConstantFolder.requireNoBatch(node, input);
    long[] axes = ConstantShaping.axesOrNull(node, inputs);
    if ((axes == null || axes.length == 0) && node.integer("noop_with_empty_axes", 0) != 0) {
      return input;
    }
    boolean[] goes = new boolean[input.rank()];
    Arrays.fill(goes, axes == null || axes.length == 0);
    for (int i = 0; axes != null && i < axes.length; i++) {
      goes[node.axis(axes[i], input.rank())] = true;
    }
    int[] kept = input.dims();
    for (int d = 0; d < kept.length; d++) {
      kept[d] = goes[d] ? 1 : kept[d];
    }
    int count = ConstantLayout.elementCount(node, kept, budget);
    int[] places = ConstantLayout.broadcastIndices(kept, input.dims(), input.elementCount());
    double[] results = DoubleStream.generate(reduction::start).limit(count).toArray();
    for (int i = 0; i < places.length; i++) {
      double element = reduction.each().applyAsDouble(input.real(i));
      results[places[i]] = reduction.combination().applyAsDouble(results[places[i]], element);
    }
    double area = count == 0 ? 0 : (double) input.elementCount() / count;
    for (int i = 0; i < count; i++) {
      results[i] = reduction.end().applyAsDouble(results[i], area);
    }
    int[] left = kept;
    if (node.integer("keepdims", 1) == 0) {
      left = new int[0];
      for (int d = 0; d < kept.length; d++) {
        if (!goes[d]) {
          left = Arrays.copyOf(left, left.length + 1);
          left[left.length - 1] = kept[d];
        }
      }
    }
    return ofKind(input, left, results);
  }

  /** Keeps integers as integers, for example sizes that exporters compute. */
  private static ConstantTensor ofKind(ConstantTensor input, int[] dims, double[] values) {
    return input.isInteger()
        ? ConstantTensor.ofLongs(dims, Arrays.stream(values).mapToLong(x -> (long) x).toArray())
        : ConstantTensor.ofDoubles(dims, values);
  }

  static ConstantTensor size(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    return ConstantTensor.ofLongs(new int[0], new long[] {inputs[0].elementCount()});
  }

  /** {@code MatMul} of two matrices. */
  static ConstantTensor product(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor left = inputs[0];
    ConstantTensor right = ConstantTensor.operand(node, inputs, 1);
    return product(node, budget, left, false, right, false);
  }

  /** {@code Gemm}. */
  static ConstantTensor gemm(OnnxNode node, ConstantTensor[] inputs, ImportBudget budget) {
    ConstantTensor product =
        product(
            node,
            budget,
            inputs[0],
            node.integer("transA", 0) != 0,
            ConstantTensor.operand(node, inputs, 1),
            node.integer("transB", 0) != 0);
    double alpha = node.real("alpha", 1);
    double beta = node.real("beta", 1);
    int columns = product.dim(1);
    IntToDoubleFunction shift = i -> 0;
    if (inputs.length > 2 && inputs[2] != null) {
      int[] places =
          ConstantLayout.broadcastIndices(
              inputs[2].dims(), product.dims(), product.dim(0) * columns);
      shift = i -> beta * inputs[2].real(places[i]);
    }
    double[] values = new double[product.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = alpha * product.real(i) + shift.applyAsDouble(i);
    }
    return ConstantTensor.ofDoubles(product.dims(), values);
  }

  private static ConstantTensor product(
      OnnxNode node,
      ImportBudget budget,
      ConstantTensor left,
      boolean leftTurned,
      ConstantTensor right,
      boolean rightTurned) {
    if (left.rank() != 2 || right.rank() != 2) {
      throw node.refused(
          "multiplies constants that are not matrices", "fold constants before export");
    }
    int inner = left.dim(leftTurned ? 0 : 1);
    if (inner != right.dim(rightTurned ? 1 : 0)) {
      throw node.damaged("the sizes of its matrices do not fit");
    }
    int rows = left.dim(leftTurned ? 1 : 0);
    int columns = right.dim(rightTurned ? 0 : 1);
    int[] dims = {rows, columns};
    double[] values = new double[ConstantLayout.elementCount(node, dims, budget)];
    // The work is charged as well, because a small file could cause hours of it.
    budget.charge((long) values.length * inner / PRODUCTS_PER_ELEMENT, node.where());
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        for (int k = 0; k < inner; k++) {
          sum +=
              left.real(leftTurned ? k * rows + i : i * inner + k)
                  * right.real(rightTurned ? j * inner + k : k * columns + j);
        }
        values[i * columns + j] = sum;
      }
    }
    return ConstantTensor.ofDoubles(dims, values);
  }
}
