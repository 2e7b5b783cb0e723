// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

/**
 * The parties have answered a canary wrongly, so no answer of theirs can be trusted. The message is
 * one line: cause and remedy.
 */
public final class WrongAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient WrongAnswer evidence;

  /** Names the evidence. */
  public WrongAnswerException(WrongAnswer evidence) {
    super(
        evidence
            + ": do not trust the "
            + evidence.unchecked()
            + " answers since the last right canary, and show this line to both operators");
    this.evidence = evidence;
  }

  /** Returns the evidence; null after deserialisation. */
  public WrongAnswer evidence() {
    return evidence;
  }
}
