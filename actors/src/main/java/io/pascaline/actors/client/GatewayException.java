// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.transport.link.AbortReason;

/** A gateway that did not give what it was asked for. The message is one line. */
public final class GatewayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final AbortReason reason;

  GatewayException(AbortReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Returns the typed reason. */
  public AbortReason reason() {
    return reason;
  }
}
