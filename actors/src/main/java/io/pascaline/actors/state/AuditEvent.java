// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

/** What an audit record says. The codes are those of the file. */
public enum AuditEvent {
  /** The role entered an epoch; the digest is that of its keys' public salt. */
  EPOCH(1),
  /** The dealer is about to make a correction. */
  DEALT(2),
  /**
   * A party is about to hand a masked tensor to the peer's link; the digest is that of its words.
   */
  OPENED(3),
  /** A party is about to tell the peer what its masks of a session derive from. */
  REVEALED(4);

  private final int code;

  AuditEvent(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** Returns the event of a code; null if there is none. */
  static AuditEvent ofCode(int code) {
    for (AuditEvent event : values()) {
      if (event.code == code) {
        return event;
      }
    }
    return null;
  }
}
