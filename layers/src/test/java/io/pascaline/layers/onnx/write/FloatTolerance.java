// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.activation.TrigonometricBasis;

/**
 * How far two float evaluations of one node, with the same inputs, may be from each other.
 *
 * <p>A sum of n products, in any order, is off by at most gamma(n) times the sum of the magnitudes,
 * u = 2^-24, gamma(n) = n u / (1 - n u); two evaluations differ by at most twice that. Constants
 * that are rounded to float count as one more rounding. Library functions are taken to be right to
 * {@value #FUNCTION_ROUNDINGS} u of 1 or of their value, whichever is larger. Nodes that move,
 * compare, add or multiply two tensors round as IEEE says and must agree exactly.
 */
final class FloatTolerance {
  private static final double U = 0x1p-24;
  private static final int FUNCTION_ROUNDINGS = 8;

  private FloatTolerance() {}

  /** Returns the tolerance of each element of a node's tensor. */
  static double[] of(GraphNode node, float[][] inputs) {
    double[] tolerances = new double[node.outputShape().elementCount()];
    switch (node.kind()) {
      case LINEAR -> linear((LinearNode) node, inputs[0], tolerances);
      case AFFINE -> affine((AffineNode) node, inputs[0], tolerances);
      case AVERAGE_POOL -> average((AveragePoolNode) node, inputs[0], tolerances);
      case ACTIVATION -> activation(((ActivationNode) node).basis(), inputs[0], tolerances);
      case HARMONIC -> harmonic((HarmonicNode) node, inputs[0], tolerances);
      case FUNCTION -> function((FunctionNode) node, inputs[0], tolerances);
      default -> {
        // RELU, MAX_POOL, ADD, PRODUCT, RESHAPE, VIEW and CONCAT are exact.
      }
    }
    return tolerances;
  }

  private static double gamma(double roundings) {
    return roundings * U / (1 - roundings * U);
  }

  private static void linear(LinearNode node, float[] input, double[] tolerances) {
    float[] bias = node.biasOrNull() == null ? null : magnitudes(node.biasOrNull());
    GraphNode absolute =
        new LinearNode(node.name(), node.inputs(), node.map(), magnitudes(node.weights()), bias);
    float[] sums = FloatEvaluator.apply(absolute, magnitudes(input));
    double terms =
        (double) node.map().weightShape().elementCount() / node.map().outputShape().dim(0) + 1;
    for (int i = 0; i < tolerances.length; i++) {
      tolerances[i] = 2 * gamma(terms) * (1 + gamma(terms)) * sums[i];
    }
  }

  private static void affine(AffineNode node, float[] input, double[] tolerances) {
    int plane = input.length / node.shape().dim(0);
    for (int i = 0; i < input.length; i++) {
      double product = Math.abs((double) node.scalePerChannel()[i / plane] * input[i]);
      tolerances[i] = 2 * gamma(3) * (product + Math.abs(node.shiftPerChannel()[i / plane]));
    }
  }

  private static void average(AveragePoolNode node, float[] input, double[] tolerances) {
    float[] means = FloatEvaluator.apply(node, magnitudes(input));
    double roundings = node.windowElementCount() + 1;
    for (int i = 0; i < tolerances.length; i++) {
      tolerances[i] = 2 * gamma(roundings) * (1 + gamma(roundings)) * means[i];
    }
  }

  private static void activation(ActivationBasis basis, float[] input, double[] tolerances) {
    for (int i = 0; i < input.length; i++) {
      tolerances[i] =
          basis instanceof PolynomialBasis polynomial
              ? polynomial(polynomial.coefficients(), input[i])
              : waves((TrigonometricBasis) basis, input[i]);
    }
  }

  /** Horner's method rounds twice for each degree; the other side evaluates in double. */
  private static double polynomial(double[] coefficients, double x) {
    double sum = 0;
    for (int k = coefficients.length - 1; k >= 0; k--) {
      sum = sum * Math.abs(x) + Math.abs(coefficients[k]);
    }
    return gamma(2 * coefficients.length + 2) * sum;
  }

  private static double waves(TrigonometricBasis basis, double x) {
    double sum = Math.abs(basis.constant()) + Math.abs(basis.slope() * x);
    double error = 0;
    for (int k = 1; k <= basis.harmonicCount(); k++) {
      double amplitude = Math.abs(basis.cosines()[k - 1]) + Math.abs(basis.sines()[k - 1]);
      double angle = Math.abs(2 * Math.PI * k / basis.period() * x);
      error += amplitude * (gamma(2) * angle + FUNCTION_ROUNDINGS * U);
      sum += amplitude;
    }
    return error + gamma(2 * basis.harmonicCount() + 4) * sum;
  }

  /**
   * An angle is a product with a rounded frequency, to which a rounded phase is added. The float
   * evaluator's own cosines are off by 2^-30, which the term of the library function holds.
   */
  private static void harmonic(HarmonicNode node, float[] input, double[] tolerances) {
    HarmonicFunction function = node.function();
    int plane = input.length / function.channelCount();
    for (int i = 0; i < input.length; i++) {
      int channel = i / plane;
      double sum = Math.abs(function.constant(channel));
      sum += Math.abs(function.slope(channel) * input[i]);
      double error = 0;
      for (int k = 0; k < function.harmonicCount(); k++) {
        double angle = 2 * Math.PI * function.multiple(channel, k) / node.period() * input[i];
        double amplitude = Math.hypot(function.cosine(channel, k), function.sine(channel, k));
        error += amplitude * (gamma(3) * (Math.abs(angle) + Math.PI) + FUNCTION_ROUNDINGS * U);
        sum += amplitude;
      }
      tolerances[i] = error + gamma(function.harmonicCount() + 4) * sum;
    }
  }

  private static void function(FunctionNode node, float[] input, double[] tolerances) {
    int plane = input.length / node.shape().dim(0);
    for (int i = 0; i < input.length; i++) {
      tolerances[i] = Interval.of(node.function(i / plane), input[i]).width();
    }
  }

  /** Where a value lies if each operation on the way to it rounds. */
  private record Interval(double low, double high) {
    static Interval of(ScalarFunction function, double x) {
      if (function instanceof ScalarFunction.Argument) {
        return new Interval(x, x);
      }
      if (function instanceof ScalarFunction.Constant c) {
        return widened(1, c.constant(), c.constant());
      }
      if (function instanceof ScalarFunction.Applied applied) {
        Interval operand = of(applied.operand(), x);
        // Monotone or flat over an interval as small as this one.
        return widened(
            FUNCTION_ROUNDINGS,
            applied.operation().value(operand.low),
            applied.operation().value(operand.high));
      }
      if (function instanceof ScalarFunction.Combined combined) {
        Interval left = of(combined.left(), x);
        Interval right = of(combined.right(), x);
        return widened(
            1,
            combined.combination().value(left.low, right.low),
            combined.combination().value(left.low, right.high),
            combined.combination().value(left.high, right.low),
            combined.combination().value(left.high, right.high));
      }
      ScalarFunction.Selected selected = (ScalarFunction.Selected) function;
      Interval condition = of(selected.condition(), x);
      Interval above = of(selected.above(), x);
      Interval otherwise = of(selected.otherwise(), x);
      if (condition.low > 0) {
        return above;
      }
      return condition.high <= 0
          ? otherwise
          : new Interval(Math.min(above.low, otherwise.low), Math.max(above.high, otherwise.high));
    }

    private static Interval widened(int roundings, double... corners) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (double corner : corners) {
        low = Math.min(low, corner);
        high = Math.max(high, corner);
      }
      double size = Math.max(Math.abs(low), Math.abs(high));
      double error = roundings * U * (roundings == 1 ? size : Math.max(1, size));
      return new Interval(low - error, high + error);
    }

    /** Both evaluations lie in it, one of them rounded to float. */
    double width() {
      return high - low + U * Math.max(Math.abs(low), Math.abs(high));
    }
  }

  private static float[] magnitudes(float[] values) {
    float[] magnitudes = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      magnitudes[i] = Math.abs(values[i]);
    }
    return magnitudes;
  }
}
