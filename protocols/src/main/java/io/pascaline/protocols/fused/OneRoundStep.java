// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.share.Ring;
import io.pascaline.protocols.step.StepParameters;
import java.util.Objects;

/** A step on 32-bit ring elements that opens its whole input in one round. */
interface OneRoundStep extends StepParameters {
  @Override
  default Ring ring() {
    return Ring.WORDS;
  }

  @Override
  default int roundCount() {
    return 1;
  }

  @Override
  default int roundWordCount(int round) {
    Objects.checkIndex(round, 1);
    return inputCount();
  }

  /**
   * Checks the id of a layer.
   *
   * @throws IllegalArgumentException if it is negative
   */
  static void requireLayer(int layer) {
    if (layer < 0) {
      throw new IllegalArgumentException("layer must not be negative: " + layer);
    }
  }
}
