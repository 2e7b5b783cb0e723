// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.link;

/** A fault of the carrier: its message says in one line what failed and what to do about it. */
public final class TransportException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, for programs. */
  public enum Kind {
    /** Another socket holds the port. */
    ADDRESS_IN_USE,
    /** The address cannot be bound, resolved or parsed. */
    BAD_ADDRESS,
    /** The peer did not answer in time. */
    UNREACHABLE,
    /** The media driver is not there or stopped answering. */
    DRIVER,
    /** Anything else the carrier reports. */
    CARRIER
  }

  private final Kind kind;

  /** A fault with its cause and remedy in one line. */
  public TransportException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** A fault with its cause and remedy in one line, and the carrier's own exception. */
  public TransportException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Returns what went wrong, for programs. */
  public Kind kind() {
    return kind;
  }
}
