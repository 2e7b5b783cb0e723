// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import io.pascaline.protocols.fused.HarmonicActivation;
import java.util.SplittableRandom;

/** A harmonic activation; without a slope, on inputs of the whole ring. */
final class HarmonicCase extends FusedFunctionCase {
  private final HarmonicActivation step;

  HarmonicCase(HarmonicActivation step) {
    super(step, step.function().hasSlope() ? (1 << 30) - 1 : Integer.MAX_VALUE);
    this.step = step;
  }

  @Override
  double value(int element, double y) {
    return step.function().value(step.channelOf(element), y, step.period());
  }

  @Override
  public long[] inputs(SplittableRandom random) {
    long[] y = super.inputs(random);
    if (!step.function().hasSlope()) {
      y[120] = Integer.MIN_VALUE;
    }
    return y;
  }

  /** Two double words per harmonic; for the slope one per representative. */
  @Override
  public int expectedCorrectionWords() {
    int words = 4 * step.function().harmonicCount() + (step.function().hasSlope() ? 4 : 0);
    return words * step.shape().elementCount();
  }
}
