// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.transport.link.AbortReason;

/** A gateway that did not give what it was asked for. The message is one line. */
public final class GatewayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final AbortReason reason;
  private final boolean modelGone;

  GatewayException(AbortReason reason, String message) {
    this(reason, message, false);
  }

  /**
   * Names what happened.
   *
   * @param modelGone whether the gateway does not serve the plan that it was asked about
   */
  GatewayException(AbortReason reason, String message, boolean modelGone) {
    super(message);
    this.reason = reason;
    this.modelGone = modelGone;
  }

  /** Returns whether the gateway does not serve the plan that it was asked about. */
  boolean isModelGone() {
    return modelGone;
  }

  /** Returns the typed reason. */
  public AbortReason reason() {
    return reason;
  }
}
