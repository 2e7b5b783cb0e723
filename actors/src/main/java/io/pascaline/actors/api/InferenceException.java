// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.transport.link.AbortReason;

/** An inference that ended without an answer. The message is one line: cause and remedy. */
public final class InferenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final AbortReason reason;
  private final long retryAfterMs;

  /**
   * Names the reason.
   *
   * @param reason the typed reason
   * @param detail one line for people
   */
  public InferenceException(AbortReason reason, String detail) {
    this(reason, detail, 0);
  }

  /**
   * Names the reason, and when to try again.
   *
   * @param retryAfterMs milliseconds; 0 says nothing about it
   */
  public InferenceException(AbortReason reason, String detail, long retryAfterMs) {
    super(detail);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }

  /** After how many milliseconds to try again; 0 says nothing about it. */
  public long retryAfterMs() {
    return retryAfterMs;
  }

  /** Returns the typed reason. */
  public AbortReason reason() {
    return reason;
  }
}
