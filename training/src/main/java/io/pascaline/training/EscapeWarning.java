// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import java.util.Locale;

/**
 * Activation inputs that are leaving their range: a divergence, or a network that is wrong in
 * private, may follow.
 *
 * @param epoch counted from 1
 * @param step counted from 1
 * @param range the layer, its largest input and its bound
 * @param remedy what to change
 */
public record EscapeWarning(int epoch, int step, LayerRange range, String remedy) {
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "epoch %d, step %d: inputs of %s reach %.3g, its range ends at %.3g; %s",
        epoch,
        step,
        range.layer(),
        range.largest(),
        range.bound(),
        remedy);
  }
}
