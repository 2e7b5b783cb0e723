// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.step.CorrectionReceiver;

/** Who knows the weights of a network. A property of the plan, the same for all its layers. */
public enum Visibility {
  /** Nobody: both parties hold shares. */
  SHARED(0),
  /** P0, their owner: P1 sees them under a mask, once per epoch. */
  OWNED(1),
  /** Both parties: linear layers exchange no message. */
  PUBLIC(2);

  private final int code;

  Visibility(int code) {
    this.code = code;
  }

  /** Returns what stands for the visibility in the bytes of a plan. */
  public int code() {
    return code;
  }

  /**
   * Returns the visibility of a code.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Visibility ofCode(int code) {
    for (Visibility visibility : values()) {
      if (visibility.code == code) {
        return visibility;
      }
    }
    throw new IllegalArgumentException(
        "weights are of unknown visibility " + code + ": use a newer program");
  }

  /** Returns who is sent the corrections of the network's steps. */
  public CorrectionReceiver correctionReceiver() {
    return this == OWNED ? CorrectionReceiver.PARTY_0 : CorrectionReceiver.ALTERNATING;
  }

  /** Returns whether a party's model share has weights in it: shares of them, or the weights. */
  public boolean hasWeights(int partyId) {
    return this != OWNED || partyId == 0;
  }
}
