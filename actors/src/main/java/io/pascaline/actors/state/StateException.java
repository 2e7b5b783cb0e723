// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import java.util.concurrent.CompletionException;

/** The state folder cannot be used. The message is one line: cause and remedy. */
public final class StateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what is wrong.
   *
   * @param detail one line: cause and remedy
   */
  public StateException(String detail) {
    super(detail);
  }

  /**
   * Says what is wrong.
   *
   * @param detail one line: cause and remedy
   * @param cause what the file system said
   */
  public StateException(String detail, Throwable cause) {
    super(detail, cause);
  }

  /** Returns what a failed stage of a {@link Watermark} has to say, in one line. */
  public static String reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof StateException || cause instanceof EpochUsedException
        ? cause.getMessage()
        : "the state folder fails: " + cause;
  }
}
