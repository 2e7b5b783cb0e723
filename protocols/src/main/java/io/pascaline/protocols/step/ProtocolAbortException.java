// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

/**
 * The peer or the dealer deviated from the protocol: what it sent does not fit the step. Ends the
 * session for everybody. Carries lengths only, never a value.
 */
public final class ProtocolAbortException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int layer;
  private final int round;
  private final int expectedWords;
  private final int actualWords;

  /**
   * Creates the exception for a tensor of the wrong length.
   *
   * @param what which tensor, for the message
   * @param layer the layer's id in the plan
   * @param round within the step, from 0
   */
  public ProtocolAbortException(
      String what, int layer, int round, int expectedWords, int actualWords) {
    super(
        "layer "
            + layer
            + " round "
            + round
            + ": "
            + what
            + " has "
            + actualWords
            + " words, expected "
            + expectedWords);
    this.layer = layer;
    this.round = round;
    this.expectedWords = expectedWords;
    this.actualWords = actualWords;
  }

  /** Returns the id of the layer whose step was aborted. */
  public int layer() {
    return layer;
  }

  /** Returns the round within the layer's step, from 0. */
  public int round() {
    return round;
  }

  /** Returns the length that the step expects, in words. */
  public int expectedWords() {
    return expectedWords;
  }

  /** Returns the length that was received, in words. */
  public int actualWords() {
    return actualWords;
  }
}
