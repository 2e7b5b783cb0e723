// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.ConcatLayer;
import io.pascaline.layers.plan.FusedFunctionLayer;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.FusedProductLayer;
import io.pascaline.layers.plan.FusedSumPoolLayer;
import io.pascaline.layers.plan.JoinLayer;
import io.pascaline.layers.plan.LayerBound;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.RangeViolation;
import io.pascaline.layers.plan.ViewLayer;
import java.util.ArrayList;
import java.util.List;

/**
 * Bounds the distance between a secure run and the integer semantics, element by element, for one
 * input. A linear or local layer adds no error of its own, so magnitudes of weights carry errors
 * on. An activation takes the error times the steepest slope within the error's reach, and adds the
 * step's own bound and half a unit for the rounding of the integer semantics.
 *
 * <p>Sums run in double; {@link #SLACK} covers their rounding (n * 2^-52 for n up to 10^6 terms).
 */
final class ErrorPropagation {
  private static final double SLACK = 1 + 1e-9;
  private static final double RANGE = 1L << LayerBound.BITS;

  private final FusedEvaluator evaluator;
  private final FusedNetwork network;
  private final List<RangeViolation> violations = new ArrayList<>();

  ErrorPropagation(FusedEvaluator evaluator, FusedNetwork network) {
    this.evaluator = evaluator;
    this.network = network;
  }

  RangeAudit run(int[] inputWords) {
    int[][] outputs = evaluator.runAll(inputWords);
    double[][] errors = new double[outputs.length][];
    double[] inputErrors = new double[inputWords.length];
    for (PlanLayer layer : network.plan().layers()) {
      int[][] words = FusedEvaluator.inputsOf(layer, inputWords, outputs);
      double[][] incoming = new double[words.length][];
      for (int i = 0; i < words.length; i++) {
        int producer = layer.inputs().get(i);
        incoming[i] = producer == PlanLayer.NETWORK_INPUT ? inputErrors : errors[producer];
      }
      errors[layer.id()] = propagate(layer, words, incoming);
    }
    double[] output = errors[errors.length - 1];
    return new RangeAudit(output, violations);
  }

  private double[] propagate(PlanLayer layer, int[][] words, double[][] errors) {
    return switch (layer.kind()) {
      case FUSED_LINEAR -> linear((FusedLinearLayer) layer, words[0], errors[0]);
      case FUSED_ACTIVATION, FUSED_HARMONIC ->
          function((FusedFunctionLayer) layer, words[0], errors[0]);
      case FUSED_PRODUCT -> product((FusedProductLayer) layer, words, errors);
      case FUSED_SUM_POOL -> {
        FusedSumPoolLayer pool = (FusedSumPoolLayer) layer;
        yield checkedOutput(layer, pool(pool, widen(words[0])), pool(pool, errors[0]));
      }
      case JOIN -> {
        JoinLayer join = (JoinLayer) layer;
        int right = join.rightMultiplier();
        double[] sums = join(join, widen(words[0]), widen(words[1]), right);
        yield checkedOutput(layer, sums, join(join, errors[0], errors[1], Math.abs(right)));
      }
      case VIEW -> {
        ViewLayer view = (ViewLayer) layer;
        double[] values = view.view().apply(widen(words[0]), view.pad());
        yield checkedOutput(layer, values, view.view().apply(errors[0], 0.0));
      }
      case CONCAT -> {
        ConcatLayer concat = (ConcatLayer) layer;
        double[][] values = new double[words.length][];
        for (int i = 0; i < values.length; i++) {
          values[i] = widen(words[i]);
        }
        yield checkedOutput(layer, concat(concat, values), concat(concat, errors));
      }
      case CLASSIC_LINEAR, CLASSIC_ACTIVATION, CLASSIC_MEAN_POOL ->
          throw new IllegalArgumentException("layer " + layer.id() + " is of the classic suite");
    };
  }

  private double[] linear(FusedLinearLayer layer, int[] words, double[] errors) {
    WideLinear wide = new WideLinear(layer.map(), network.weights(layer.id()));
    double[] values = withBias(wide.apply(widen(words)), network.biasOrNull(layer.id()));
    return checkedOutput(layer, values, wide.absolute().apply(errors));
  }

  private double[] checkedOutput(PlanLayer layer, double[] values, double[] spread) {
    return checked(layer, values, spread, layer.outputFractionBits());
  }

  /** Errors of values that may wrap around are without bound. */
  private double[] checked(PlanLayer layer, double[] values, double[] spread, int fractionBits) {
    RangeViolation.Tally tally = new RangeViolation.Tally();
    double bound = Math.scalb(RANGE, -fractionBits);
    for (int i = 0; i < values.length; i++) {
      double magnitude = Math.abs(values[i]);
      double error = spread[i] * SLACK;
      if (magnitude >= RANGE) {
        tally.add(i, Math.scalb(magnitude, -fractionBits), bound);
      }
      // Written so that NaN (no weight times an unbounded error) counts as unbounded.
      spread[i] = magnitude * SLACK + error < RANGE ? error : Double.POSITIVE_INFINITY;
    }
    tally.of(layer.id(), layer.name()).ifPresent(violations::add);
    return spread;
  }

  private double[] function(FusedFunctionLayer layer, int[] words, double[] errors) {
    int bits = layer.inputFractionBits();
    double[] values = widen(words);
    double[] spread = errors.clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= layer.inputMultiplier();
      spread[i] *= layer.inputMultiplier();
    }
    checked(layer, values, spread, bits);
    double own = layer.activation().errorBoundUlps() + 0.5;
    for (int i = 0; i < values.length; i++) {
      if (spread[i] < RANGE) {
        double y = Math.scalb(values[i], -bits);
        double reach = Math.scalb(spread[i], -bits);
        double slope = layer.activation().derivativeBound(i, y - reach, y + reach);
        double carried = Math.scalb(slope * reach, layer.outputFractionBits());
        spread[i] = (carried + own) * SLACK;
      }
    }
    return spread;
  }

  /** |x z - (x + a) (z + b)| is at most |x| b + |z| a + a b. */
  private double[] product(FusedProductLayer layer, int[][] words, double[][] errors) {
    int stride = words[0].length / words[1].length;
    double[] values = widen(words[0]);
    double[] spread = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double second = words[1][i / stride];
      double a = errors[0][i];
      double b = errors[1][i / stride];
      spread[i] = Math.abs(values[i]) * b + Math.abs(second) * a + a * b;
      values[i] *= second;
    }
    return checkedOutput(layer, values, spread);
  }

  private static double[] widen(int[] words) {
    double[] values = new double[words.length];
    for (int i = 0; i < words.length; i++) {
      values[i] = words[i];
    }
    return values;
  }

  private static double[] withBias(double[] values, int[] biasOrNull) {
    if (biasOrNull != null) {
      int plane = values.length / biasOrNull.length;
      for (int i = 0; i < values.length; i++) {
        values[i] += biasOrNull[i / plane];
      }
    }
    return values;
  }

  private static double[] pool(FusedSumPoolLayer layer, double[] input) {
    double[] output = new double[layer.outputShape().elementCount()];
    layer.window().forEachTap((from, to) -> output[to] += input[from]);
    return output;
  }

  private static double[] concat(ConcatLayer layer, double[]... inputs) {
    double[] output = new double[layer.outputShape().elementCount()];
    layer
        .geometry()
        .forEachRun(
            (input, from, to, count) -> {
              for (int i = 0; i < count; i++) {
                output[to + i] = inputs[input][from + i] * layer.multipliers().get(input);
              }
            });
    return output;
  }

  private static double[] join(
      JoinLayer layer, double[] left, double[] right, int rightMultiplier) {
    double[] sum = new double[left.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = left[i] * layer.leftMultiplier() + right[i] * rightMultiplier;
    }
    return sum;
  }
}
