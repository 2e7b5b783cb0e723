package io.pascaline.actors;

import io.pascaline.transport.link.AbortReason;

/** An inference that ended without an answer. The message is one line: cause and remedy. */
public final class InferenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final AbortReason reason;

  /**
   * Names the reason.
   *
   * @param reason the typed reason
   * @param detail one line for people
   */
  public InferenceException(final AbortReason reason, final String detail) {
    super(detail);
    this.reason = reason;
  }

  /** The typed reason. */
  public AbortReason reason() {
    return reason;
  }
}
