// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import java.util.List;

/**
 * Labelled images of one size, kept in memory as unsigned bytes. Implementations are immutable, so
 * threads may share them.
 */
public interface ImageSet {

  /** Number of images. */
  int count();

  /**
   * Class index of an image.
   *
   * @param index from 0 to {@code count() - 1}
   * @return from 0 to {@code classCount() - 1}
   */
  int label(int index);

  /** Number of classes that labels may name, whether or not each has an image here. */
  int classCount();

  /** 1 (grey) or 3 (red, green, blue). */
  int channels();

  /** Rows of an image. */
  int height();

  /** Columns of an image. */
  int width();

  /**
   * Copies an image.
   *
   * @param index from 0 to {@code count() - 1}
   * @param target receives {@code sampleCount()} unsigned bytes [C,H,W] from its start
   */
  void pixels(int index, byte[] target);

  /** Bytes of an image: channels * height * width. */
  default int sampleCount() {
    return channels() * height() * width();
  }

  /** Names of the classes by index; empty if the data set does not name them. */
  default List<String> classNames() {
    return List.of();
  }
}
