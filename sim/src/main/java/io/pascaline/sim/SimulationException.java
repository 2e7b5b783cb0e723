// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

/** A simulation that cannot continue. The message is one line: cause and remedy. */
public final class SimulationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Names the cause and what to do about it. */
  public SimulationException(String message) {
    super(message);
  }
}
