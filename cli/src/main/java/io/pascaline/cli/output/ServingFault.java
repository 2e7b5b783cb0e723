// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

/** A role that cannot ever serve as it is set up; the message is one line of cause and remedy. */
public final class ServingFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Names the reason.
   *
   * @param line cause and remedy
   */
  public ServingFault(String line) {
    super(line);
  }
}
