// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.nio.file.Path;

/**
 * Data that cannot be used: what is wrong, naming the file, and what the user can do about it. The
 * message is one line, {@code <cause>: <remedy>}. Immutable.
 */
public final class DataFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String problem;
  private final String remedy;

  /**
   * A fault found by a reader itself.
   *
   * @param problem what is wrong, naming the file or option
   * @param remedy what to do about it
   */
  public DataFault(String problem, String remedy) {
    this(problem, remedy, null);
  }

  /**
   * A fault that another exception brought about.
   *
   * @param problem what is wrong, naming the file or option
   * @param remedy what to do about it
   * @param origin kept as the cause
   */
  public DataFault(String problem, String remedy, Throwable origin) {
    // File names are other people's input: no line end or escape sequence of theirs goes on.
    super((problem + ": " + remedy).replaceAll("\\p{Cntrl}+", " "), origin);
    this.problem = problem;
    this.remedy = remedy;
  }

  /**
   * Returns the fault of a missing file.
   *
   * @param kind what the file should hold, for instance "image file"
   * @param path as the user gave it
   * @return the fault to throw
   */
  public static DataFault missingFile(String kind, Path path) {
    return new DataFault(
        kind + " " + path + " does not exist", "check the path (it is relative to this folder)");
  }

  /** Returns what is wrong. */
  public String problem() {
    return problem;
  }

  /** Returns what to do about it. */
  public String remedy() {
    return remedy;
  }
}
