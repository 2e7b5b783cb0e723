// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.util.List;

/**
 * Images in a fixed order, decoded one by one when asked for. Not thread-safe; close it when done.
 */
public interface ImageSource extends AutoCloseable {
  /** What {@link #label} says of an image whose class is not known. */
  int NO_LABEL = -1;

  /**
   * Returns how many images there are.
   *
   * @return at least 1
   */
  int count();

  /**
   * Returns what to call an image in tables and errors.
   *
   * @param index from 0 to {@code count() - 1}
   * @return a file's name, or a number in an IDX file
   */
  String name(int index);

  /**
   * Returns the class an image belongs to.
   *
   * @param index from 0 to {@code count() - 1}
   * @return the index of the class, or {@link #NO_LABEL}
   */
  int label(int index);

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

  /**
   * Returns the samples of an image, eight bits each, in the size that the source was opened for.
   *
   * @param index from 0 to {@code count() - 1}
   * @return [C,H,W], a fresh array
   * @throws io.pascaline.images.DataFault if the image is corrupt or of another size
   */
  byte[] samples(int index);

  /** Returns where the images come from, for reports. */
  String describe();

  @Override
  void close();
}
