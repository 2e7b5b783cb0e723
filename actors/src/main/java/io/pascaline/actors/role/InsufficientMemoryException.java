// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

/**
 * A role cannot run its plan in the memory that it has; the message is one line with what is needed
 * and what to do.
 */
public final class InsufficientMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InsufficientMemoryException(String line) {
    super(line);
  }
}
