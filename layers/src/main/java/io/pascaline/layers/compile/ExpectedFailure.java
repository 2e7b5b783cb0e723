// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.plan.ClassicActivationLayer;
import io.pascaline.layers.plan.ClassicLinearLayer;
import io.pascaline.layers.plan.ClassicMeanPoolLayer;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.classic.ClassicPolynomial;
import io.pascaline.protocols.classic.Truncation;
import java.util.List;

/**
 * How many elements of an inference wrap in a local truncation on average, for inputs like those of
 * the calibration: the same formulas as in the steps' bounds, with every value's own magnitude in
 * the place of the layer's bound. As a polynomial's highest power counts for most of it, that is
 * smaller by orders of magnitude. At least the probability that an inference fails.
 */
final class ExpectedFailure {
  private final Calibration calibration;
  private final List<Stage> stages;
  private double sum;

  private ExpectedFailure(Calibration calibration, List<Stage> stages) {
    this.calibration = calibration;
    this.stages = stages;
  }

  /** Returns the average over the calibration inputs; stage i makes layer i - 1. */
  static double of(List<PlanLayer> layers, List<Stage> stages, Calibration calibration) {
    ExpectedFailure expected = new ExpectedFailure(calibration, stages);
    layers.forEach(expected::add);
    return Math.min(1, expected.sum);
  }

  private void add(PlanLayer layer) {
    switch (layer.kind()) {
      case CLASSIC_LINEAR -> {
        ClassicLinearLayer linear = (ClassicLinearLayer) layer;
        int bits = linear.outputFractionBits() + linear.weightFractionBits();
        calibration.forEachMagnitude(
            stages.get(layer.id() + 1).tensor(),
            (count, atMost) ->
                sum += count * Truncation.failureProbability(1, Math.scalb(atMost, bits)));
      }
      case CLASSIC_ACTIVATION -> {
        // Comparisons and maxima do not fail.
        if (((ClassicActivationLayer) layer).activation() instanceof ClassicPolynomial step) {
          PolynomialProtocol protocol = PolynomialProtocol.of(step);
          calibration.forEachMagnitude(
              stages.get(layer.inputs().get(0) + 1).tensor(),
              (count, atMost) -> sum += count * perElement(step, protocol, atMost));
        }
      }
      case CLASSIC_MEAN_POOL -> sum += ((ClassicMeanPoolLayer) layer).failureProbability();
      case JOIN, VIEW, CONCAT -> {} // No truncation.
      default ->
          throw new IllegalArgumentException("layer " + layer.id() + " is of the fused suite");
    }
  }

  private static double perElement(
      ClassicPolynomial step, PolynomialProtocol protocol, double magnitude) {
    double bound = Math.min(magnitude, step.inputBound());
    return protocol
        .step(step.layer(), step.shape(), step.polynomial(), step.fractionBits(), bound)
        .failureProbabilityPerElement();
  }
}
