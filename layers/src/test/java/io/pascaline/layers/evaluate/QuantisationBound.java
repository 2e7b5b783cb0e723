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
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.ViewLayer;
import java.util.Arrays;

/**
 * How far the integer semantics can be from the real network for one input: half a unit for each
 * word that was rounded (input, weight, bias, activation), carried on through the layers.
 */
final class QuantisationBound {
  private QuantisationBound() {}

  /** By output element, in units of the output's last place. */
  static double[] ulps(FusedNetwork network, int[] inputWords) {
    int[][] outputs = new FusedEvaluator(network).runAll(inputWords);
    double[] inputErrors = new double[inputWords.length];
    Arrays.fill(inputErrors, 0.5);
    double[][] errors = new double[outputs.length][];
    for (PlanLayer layer : network.plan().layers()) {
      int[][] words = FusedEvaluator.inputsOf(layer, inputWords, outputs);
      double[][] incoming = new double[words.length][];
      for (int i = 0; i < words.length; i++) {
        int producer = layer.inputs().get(i);
        incoming[i] = producer < 0 ? inputErrors : errors[producer];
      }
      errors[layer.id()] = next(network, layer, words, incoming);
    }
    return errors[errors.length - 1];
  }

  private static double[] next(
      FusedNetwork network, PlanLayer layer, int[][] inputs, double[][] errors) {
    int[] words = inputs[0];
    double[] next = new double[layer.outputShape().elementCount()];
    if (layer instanceof FusedLinearLayer linear) {
      int[] weights = network.weights(layer.id());
      double[] carried = new WideLinear(linear.map(), weights).absolute().apply(errors[0]);
      // Each real weight is within half a unit of its word and meets an input of this magnitude.
      double[] magnitudes = new double[words.length];
      for (int i = 0; i < words.length; i++) {
        magnitudes[i] = Math.abs((double) words[i]) + errors[0][i];
      }
      int[] ones = new int[weights.length];
      Arrays.fill(ones, 1);
      double[] met = new WideLinear(linear.map(), ones).apply(magnitudes);
      for (int i = 0; i < next.length; i++) {
        next[i] = carried[i] + 0.5 * met[i] + 0.5;
      }
    } else if (layer instanceof FusedFunctionLayer function) {
      int bits = function.inputFractionBits();
      for (int i = 0; i < next.length; i++) {
        double y = Math.scalb((double) words[i] * function.inputMultiplier(), -bits);
        double reach = Math.scalb(errors[0][i] * function.inputMultiplier(), -bits);
        double slope = function.activation().derivativeBound(i, y - reach, y + reach);
        next[i] = Math.scalb(slope * reach, layer.outputFractionBits()) + 0.5;
      }
    } else if (layer instanceof FusedProductLayer) {
      int stride = next.length / inputs[1].length;
      for (int i = 0; i < next.length; i++) {
        double a = errors[0][i];
        double b = errors[1][i / stride];
        double second = Math.abs((double) inputs[1][i / stride]);
        next[i] = Math.abs((double) words[i]) * b + second * a + a * b;
      }
    } else if (layer instanceof FusedSumPoolLayer pool) {
      pool.window().forEachTap((from, to) -> next[to] += errors[0][from]);
    } else if (layer instanceof JoinLayer join) {
      for (int i = 0; i < next.length; i++) {
        next[i] =
            errors[0][i] * join.leftMultiplier() + errors[1][i] * Math.abs(join.rightMultiplier());
      }
    } else if (layer instanceof ViewLayer view) {
      // The pad value was rounded as well.
      return view.view().apply(errors[0], 0.5);
    } else if (layer instanceof ConcatLayer concat) {
      concat
          .geometry()
          .forEachRun(
              (input, from, to, count) -> {
                for (int i = 0; i < count; i++) {
                  next[to + i] = errors[input][from + i] * concat.multipliers().get(input);
                }
              });
    }
    return next;
  }
}
