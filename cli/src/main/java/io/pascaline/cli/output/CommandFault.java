// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

/**
 * A fault that ends a command: what went wrong and what the user can do about it, each in one short
 * phrase. Printed as {@code pascaline: <cause>: <remedy>}; holds no secret value. Immutable.
 */
public final class CommandFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String remedy;

  /**
   * A fault found by the command itself.
   *
   * @param cause what went wrong, naming the file, option or peer
   * @param remedy what to do about it
   */
  public CommandFault(String cause, String remedy) {
    super(cause);
    this.remedy = remedy;
  }

  /**
   * A fault that another exception brought about.
   *
   * @param cause what went wrong, naming the file, option or peer
   * @param remedy what to do about it
   * @param origin shown only with {@code --verbose}
   */
  public CommandFault(String cause, String remedy, Throwable origin) {
    super(cause, origin);
    this.remedy = remedy;
  }

  /**
   * Returns what to do about it.
   *
   * @return a short phrase
   */
  public String remedy() {
    return remedy;
  }

  /**
   * Cause and remedy in one line, control characters replaced.
   *
   * @return the text behind {@code pascaline: }
   */
  public String line() {
    return OneLine.of(getMessage() + ": " + remedy);
  }
}
