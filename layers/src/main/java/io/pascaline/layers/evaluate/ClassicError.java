// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.plan.ClassicActivationLayer;
import io.pascaline.layers.plan.ClassicLinearLayer;
import io.pascaline.layers.plan.ClassicMeanPoolLayer;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.classic.ClassicPolynomial;

/**
 * Bounds the distance between a secure run of the classic suite and its meaning in plaintext, for
 * one input, as long as no share wraps: one number per layer, in units of the last place.
 *
 * <p>Both truncate products, one rounding either way and the other down, so a truncation adds one
 * unit. A linear layer carries an error on times its largest absolute row sum, a polynomial times
 * its steepest slope within the error's reach, adding its own bound for either side; comparisons
 * and means do not enlarge it.
 */
final class ClassicError {
  private static final double SLACK = 1 + 1e-9;

  private final ClassicNetwork network;
  private final long[][] outputs;
  private final long[] input;

  ClassicError(ClassicNetwork network, long[] input, long[][] outputs) {
    this.network = network;
    this.input = input;
    this.outputs = outputs;
  }

  /** By layer id; infinite where a polynomial's input may leave its bound. */
  double[] run() {
    double[] errors = new double[outputs.length];
    for (PlanLayer layer : network.plan().layers()) {
      int producer = layer.inputs().get(0);
      double incoming = producer == PlanLayer.NETWORK_INPUT ? 0 : errors[producer];
      errors[layer.id()] = SLACK * error(layer, incoming, errors);
    }
    return errors;
  }

  private double error(PlanLayer layer, double incoming, double[] errors) {
    return switch (layer.kind()) {
      case CLASSIC_LINEAR -> {
        ClassicLinearLayer linear = (ClassicLinearLayer) layer;
        yield largestRowSum(linear) * incoming + linear.linear().errorBoundUlps();
      }
      case CLASSIC_ACTIVATION ->
          ((ClassicActivationLayer) layer).activation() instanceof ClassicPolynomial polynomial
              ? polynomial(polynomial, values(layer.inputs().get(0)), incoming)
              : incoming;
      case CLASSIC_MEAN_POOL ->
          incoming * (1 + 0x1p-8) + (((ClassicMeanPoolLayer) layer).errorBoundUlps() > 0 ? 1 : 0);
      case JOIN -> {
        int right = layer.inputs().get(1);
        yield incoming + (right == PlanLayer.NETWORK_INPUT ? 0 : errors[right]);
      }
      case VIEW -> incoming;
      case CONCAT -> {
        double largest = 0;
        for (int input : layer.inputs()) {
          largest = Math.max(largest, input == PlanLayer.NETWORK_INPUT ? 0 : errors[input]);
        }
        yield largest;
      }
      case FUSED_LINEAR, FUSED_ACTIVATION, FUSED_HARMONIC, FUSED_PRODUCT, FUSED_SUM_POOL ->
          throw new IllegalArgumentException("layer " + layer.id() + " is of the fused suite");
    };
  }

  private long[] values(int producer) {
    return producer == PlanLayer.NETWORK_INPUT ? input : outputs[producer];
  }

  private double largestRowSum(ClassicLinearLayer layer) {
    long[] weights = network.weights(layer.id());
    int perRow = weights.length / layer.biasCount();
    double largest = 0;
    for (int row = 0; row < layer.biasCount(); row++) {
      double sum = 0;
      for (int i = row * perRow; i < (row + 1) * perRow; i++) {
        sum += Math.abs((double) weights[i]);
      }
      largest = Math.max(largest, sum);
    }
    return Math.scalb(largest, -layer.weightFractionBits());
  }

  private static double polynomial(ClassicPolynomial step, long[] values, double incoming) {
    int bits = step.fractionBits();
    double reach = Math.scalb(incoming, -bits);
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (long value : values) {
      min = Math.min(min, Math.scalb((double) value, -bits) - reach);
      max = Math.max(max, Math.scalb((double) value, -bits) + reach);
    }
    // Written so that NaN, of an unbounded error, counts as outside.
    if (!(Math.max(-min, max) <= step.inputBound())) {
      return Double.POSITIVE_INFINITY;
    }
    return step.polynomial().derivativeBound(min, max) * incoming + 2 * step.errorBoundUlps();
  }
}
