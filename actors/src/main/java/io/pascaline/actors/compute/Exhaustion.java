// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import java.util.Optional;
import java.util.concurrent.CompletionException;

/** Says of a failure that memory ran out, and what to do about it. */
public final class Exhaustion {
  private static final String REMEDY =
      "memory is exhausted: give the JVM more, for instance PASCALINE_JAVA_OPTS=-Xmx8g, or let it"
          + " precompute less (memory.max-mib, infer: --memory)";

  private Exhaustion() {}

  /** Returns one line of cause and remedy; empty for a failure of another kind. */
  public static Optional<String> line(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof OutOfMemoryError ? Optional.of(REMEDY) : Optional.empty();
  }
}
