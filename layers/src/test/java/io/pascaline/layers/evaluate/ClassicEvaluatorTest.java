// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.ClassicSample;
import io.pascaline.layers.plan.ClassicActivationLayer;
import io.pascaline.layers.plan.ClassicLinearLayer;
import io.pascaline.layers.plan.ClassicMeanPoolLayer;
import io.pascaline.layers.plan.ConcatLayer;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.ViewLayer;
import io.pascaline.protocols.classic.ClassicPolynomial;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClassicEvaluatorTest {

  @ParameterizedTest
  @EnumSource(ClassicSample.class)
  void shouldMeanWhatTheNetworkMeansUpToRounding(ClassicSample sample) {
    for (long seed = 0; seed < 6; seed++) {
      ClassicEvaluator evaluator = new ClassicEvaluator(sample.compiled(seed));
      for (float[] input : sample.inputs(seed, 3)) {
        double bound = roundingBound(sample.compiled(seed), evaluator.encodeInput(input));
        double[] expected = DoubleReference.run(sample.sketch(seed), input);
        float[] actual = evaluator.infer(input);
        for (int i = 0; i < expected.length; i++) {
          // decodeOutput rounds to float.
          double allowed = bound + Math.abs(expected[i]) * 0x1p-23;
          double error = Math.abs(actual[i] - expected[i]);
          assertTrue(error <= allowed, "seed " + seed + ": " + error + " > " + allowed);
        }
        assertTrue(bound < 0.25, "seed " + seed + ": bound " + bound + " says little");
      }
    }
  }

  @Test
  void shouldRefuseAnInputOfTheWrongLength() {
    ClassicEvaluator evaluator = new ClassicEvaluator(ClassicSample.EXACT.compiled(1));

    assertThrows(IllegalArgumentException.class, () -> evaluator.run(new long[127]));
  }

  /**
   * Half a unit for each number that was rounded (input, weight, bias), a unit for each cut, and
   * the bounds of polynomials and means, carried on through the layers: one number per layer.
   */
  private static double roundingBound(ClassicNetwork network, long[] input) {
    long[][] outputs = new ClassicEvaluator(network).runAll(input);
    double[] errors = new double[outputs.length];
    for (PlanLayer layer : network.plan().layers()) {
      int producer = layer.inputs().get(0);
      double incoming = producer < 0 ? 0.5 : errors[producer];
      long[] values = producer < 0 ? input : outputs[producer];
      if (layer instanceof ClassicLinearLayer linear) {
        errors[layer.id()] = linear(linear, network.weights(layer.id()), values, incoming);
      } else if (layer instanceof ClassicActivationLayer activation) {
        errors[layer.id()] =
            activation.activation() instanceof ClassicPolynomial polynomial
                ? polynomial(polynomial, values, incoming)
                : incoming;
      } else if (layer instanceof ClassicMeanPoolLayer pool) {
        errors[layer.id()] = incoming + pool.errorBoundUlps();
      } else if (layer instanceof ViewLayer) {
        errors[layer.id()] = Math.max(0.5, incoming);
      } else if (layer instanceof ConcatLayer) {
        errors[layer.id()] =
            layer.inputs().stream().mapToDouble(part -> errors[part]).max().orElseThrow();
      } else {
        errors[layer.id()] = incoming + errors[layer.inputs().get(1)];
      }
    }
    return Math.scalb(errors[errors.length - 1], -network.plan().outputFractionBits());
  }

  private static double linear(
      ClassicLinearLayer layer, long[] weights, long[] values, double incoming) {
    int perRow = weights.length / layer.biasCount();
    double largestRow = 0;
    for (int row = 0; row < layer.biasCount(); row++) {
      double sum = 0;
      for (int i = row * perRow; i < (row + 1) * perRow; i++) {
        sum += Math.abs((double) weights[i]);
      }
      largestRow = Math.max(largestRow, sum);
    }
    double unit = Math.scalb(1.0, -layer.weightFractionBits());
    return unit * (largestRow * incoming + 0.5 * perRow * (largest(values) + incoming) + 0.5) + 1;
  }

  private static double polynomial(ClassicPolynomial step, long[] values, double incoming) {
    double reach = Math.scalb(largest(values) + incoming, -step.fractionBits());
    return step.polynomial().derivativeBound(-reach, reach) * incoming + step.errorBoundUlps();
  }

  private static double largest(long[] values) {
    double largest = 0;
    for (long value : values) {
      largest = Math.max(largest, Math.abs((double) value));
    }
    return largest;
  }
}
