// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.random;

/**
 * What a mask is for. Part of a {@link MaskLabel}, so that masks for different uses in one step are
 * independent. The ids enter the key derivation and must never change or be used again.
 */
public enum Purpose {
  /** A share of the mask B of a linear layer's weights, drawn once per epoch. */
  WEIGHT_MASK(1),
  /** A share of the mask A of a linear step's input. */
  INPUT_MASK(2),
  /** A share of the product B*A that corrects a linear step. */
  PRODUCT_SHARE(3),
  /** A share of the mask r of an activation's input. */
  ACTIVATION_MASK(4),
  /** A share of the secret terms of an activation, such as the powers of r. */
  POWER_SHARE(5),
  /** A share of everything that the dealer shares for one classic activation step. */
  CORRELATION_SHARE(6),
  /** A share of the masks of the 64-bit elements that a classic step opens. */
  OPENING_MASK(7),
  /** Masks of values that one party knows; drawn by that party and the dealer alone. */
  ONE_SIDED_MASK(8),
  /** A share of the masks of the bits that a comparison opens. */
  BIT_MASK(9);

  private final int wireId;

  Purpose(int wireId) {
    this.wireId = wireId;
  }

  /**
   * Returns whether the streams of one session derive from a seed of that session, which its owner
   * reveals when the dealer is checked: the masks of what the fused suite opens. Shares of what is
   * dealt are not among them, and neither are the masks of the weights.
   */
  boolean isOfSessionSeed() {
    return this == INPUT_MASK || this == ACTIVATION_MASK;
  }

  /** Returns the id that enters the key derivation. */
  public int wireId() {
    return wireId;
  }
}
