// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

/** A network cannot be compiled as it is; the one-line message says why and what to do. */
public final class ModelCompileException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What to do where a value needs more bits than 32-bit ring elements have. */
  static final String TOO_LARGE =
      "put a batch normalisation before it, or choose the classic suite (--suite classic), whose"
          + " ring elements have 64 bits";

  /** Makes an exception with a one-line message. */
  public ModelCompileException(String message) {
    super(message);
  }
}
