// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import java.util.Locale;

/**
 * Training left the range of finite numbers; the message names the epoch, the step, the layer, its
 * largest value and what to change. The last checkpoint is as it was.
 */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String layer;

  DivergenceException(int epoch, int step, String layer, double largest, String remedy) {
    super(
        String.format(
            Locale.ROOT,
            "diverged in epoch %d, step %d: %s reached %.4g; %s",
            epoch,
            step,
            layer,
            largest,
            remedy));
    this.layer = layer;
  }

  /** Returns where: the input of an activation, or the logits. */
  public String layer() {
    return layer;
  }
}
