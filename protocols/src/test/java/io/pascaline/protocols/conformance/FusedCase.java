// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import io.pascaline.protocols.fused.FusedActivation;

/** A fused activation. */
final class FusedCase extends FusedFunctionCase {
  private final FusedActivation step;

  FusedCase(FusedActivation step) {
    super(step, (1 << 30) - 1);
    this.step = step;
  }

  @Override
  double value(int element, double y) {
    return step.basis().value(y);
  }

  /** Returns a double word per secret term and representative. */
  @Override
  public int expectedCorrectionWords() {
    return 2 * 2 * step.basis().termCount() * step.shape().elementCount();
  }
}
