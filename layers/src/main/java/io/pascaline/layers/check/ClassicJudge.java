// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import io.pascaline.layers.evaluate.ClassicEvaluator;
import io.pascaline.layers.plan.ClassicActivationLayer;
import io.pascaline.layers.plan.ClassicLinearLayer;
import io.pascaline.layers.plan.ClassicMeanPoolLayer;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.classic.ClassicLinear;
import io.pascaline.protocols.classic.ClassicPolynomial;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.Sharing;

/**
 * The classic suite: comparisons and sums are exact; what is truncated is off by the layer's own
 * bound, unless a share wrapped, which shows as a deviation and happens with the plan's
 * probability.
 */
final class ClassicJudge implements LayerJudge {
  private final ClassicEvaluator meaning;

  ClassicJudge(ClassicEvaluator meaning) {
    this.meaning = meaning;
  }

  @Override
  public Verdict judge(PlanLayer layer, Share[][] inputs, Share[] outputs) {
    long[][] values = new long[inputs.length][];
    for (int i = 0; i < values.length; i++) {
      values[i] = reconstruct(inputs[i]);
    }
    long[] actual = reconstruct(outputs);
    if (layer instanceof ClassicActivationLayer activation
        && activation.activation() instanceof ClassicPolynomial polynomial) {
      return polynomial(polynomial, values[0], actual);
    }
    long[] expected = meaning.apply(layer, values);
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs((double) (actual[i] - expected[i])));
    }
    int outside =
        layer instanceof ClassicLinearLayer linear ? outside(linear.linear(), expected) : 0;
    return new Verdict(outside, largest, allowed(layer));
  }

  /** Rounding down and rounding either way to within one unit are at most one unit apart. */
  private static double allowed(PlanLayer layer) {
    if (layer instanceof ClassicLinearLayer linear) {
      return linear.linear().errorBoundUlps();
    }
    return layer instanceof ClassicMeanPoolLayer pool && pool.errorBoundUlps() > 0 ? 1 : 0;
  }

  private static int outside(ClassicLinear linear, long[] output) {
    int outside = 0;
    for (long value : output) {
      outside +=
          Math.abs((double) value) > Math.scalb(linear.outputBound(), -linear.truncatedBits())
              ? 1
              : 0;
    }
    return outside;
  }

  private static Verdict polynomial(ClassicPolynomial step, long[] input, long[] actual) {
    int bits = step.fractionBits();
    int outside = 0;
    double largest = 0;
    for (int i = 0; i < actual.length; i++) {
      double x = Math.scalb((double) input[i], -bits);
      outside += Math.abs(x) > step.inputBound() ? 1 : 0;
      double exact = Math.scalb(step.polynomial().value(x), bits);
      largest = Math.max(largest, Math.abs(actual[i] - exact));
    }
    return new Verdict(outside, largest, step.errorBoundUlps());
  }

  private static long[] reconstruct(Share[] shares) {
    return Sharing.reconstruct((DoubleWordShare) shares[0], (DoubleWordShare) shares[1]);
  }
}
