// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

/** An input or answer that is out of range, refused. The message is one line for its owner. */
public final class RangeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient RangeViolation violation;

  /** Refuses a tensor. */
  public RangeException(RangeViolation violation) {
    super(
        violation.describe()
            + ": normalise the input as in training, or compile the network with such inputs");
    this.violation = violation;
  }

  /** Returns what is out of range. */
  public RangeViolation violation() {
    return violation;
  }
}
