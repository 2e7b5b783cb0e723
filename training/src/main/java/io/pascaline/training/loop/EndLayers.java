// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

/**
 * What is special about a network's first and last layer while it learns; what is exported is an
 * ordinary network. Both make a short training at a high rate stable.
 *
 * @param whitened whether the weights of the first convolution, which reads the images, are those
 *     that whiten patches of the training images, and stay so
 * @param logitScale factor of the logits, which slows the last layer down by its square; the
 *     exported weights contain it
 */
public record EndLayers(boolean whitened, double logitScale) {
  /** A first and last layer that learn like the others. */
  public static final EndLayers TRAINED = new EndLayers(false, 1);

  /** Checks the scale. */
  public EndLayers {
    if (!(logitScale > 0 && logitScale <= 1)) {
      throw new IllegalArgumentException(
          "logitScale is " + logitScale + ", must be above 0 and at most 1");
    }
  }
}
