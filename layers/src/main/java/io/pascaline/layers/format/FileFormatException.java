// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.format;

import java.io.IOException;

/** A file that is not what its reader expects. The message is one line, without the file's name. */
public final class FileFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Fault fault;

  /** What is wrong with a file. */
  public enum Fault {
    /** It is shorter than it says, or than any file of its kind. */
    TRUNCATED,
    /** It goes on after its end. */
    TOO_LONG,
    /** It is a file of another kind. */
    OTHER_KIND,
    /** An older program wrote it. */
    TOO_OLD,
    /** A newer program wrote it. */
    TOO_NEW,
    /** Its header does not have its checksum. */
    HEADER,
    /** Header and body do not have their checksum. */
    CHECKSUM,
    /** Its body breaks a rule of its kind. */
    CONTENT
  }

  /**
   * Says what is wrong.
   *
   * @param fault the typed reason
   * @param detail one line, to follow "the file: "
   */
  public FileFormatException(Fault fault, String detail) {
    super(detail);
    this.fault = fault;
  }

  FileFormatException(Fault fault, String detail, Throwable cause) {
    super(detail, cause);
    this.fault = fault;
  }

  /** Returns the typed reason. */
  public Fault fault() {
    return fault;
  }

  /** Returns whether the file is whole, but of another version of this program. */
  public boolean isOtherVersion() {
    return fault == Fault.TOO_OLD || fault == Fault.TOO_NEW;
  }
}
