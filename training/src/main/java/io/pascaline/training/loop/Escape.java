// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

/** Values left the finite numbers; whoever knows the epoch tells the user. */
public final class Escape extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String layer;
  private final double largest;

  Escape(String layer, double largest) {
    super(layer + " reached " + largest);
    this.layer = layer;
    this.largest = largest;
  }

  /** Returns where: the input of an activation, or the logits. */
  public String layer() {
    return layer;
  }

  /** Largest magnitude there. */
  public double largest() {
    return largest;
  }
}
