// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.util.List;

/** What a user asks about, in a fixed order. Not thread-safe; close it when done. */
public interface InputSource extends AutoCloseable {
  /** What {@link #label} says of an input whose class is not known. */
  int NO_LABEL = -1;

  /**
   * Returns how many inputs there are.
   *
   * @return at least 1
   */
  int count();

  /**
   * Returns what to call an input in tables and errors.
   *
   * @param index from 0 to {@code count() - 1}
   * @return a file's name, or a number in a file of many
   */
  String name(int index);

  /**
   * Returns the class an input belongs to.
   *
   * @param index from 0 to {@code count() - 1}
   * @return the index of the class, or {@link #NO_LABEL}
   */
  int label(int index);

  /**
   * Returns the value that is right for an input of a regression.
   *
   * @param index from 0 to {@code count() - 1}
   * @return the class's number unless the source knows better; NaN if it is not known
   */
  default double target(int index) {
    return label(index) == NO_LABEL ? Double.NaN : label(index);
  }

  /**
   * Names of the classes in the order of their index.
   *
   * @return empty if the source does not name them
   */
  List<String> classNames();

  /**
   * Returns what the user should know: how labels were guessed, which files were left out.
   *
   * @return one line each
   */
  default List<String> notes() {
    return List.of();
  }

  /** Returns where the inputs come from, for reports. */
  String describe();

  @Override
  void close();
}
