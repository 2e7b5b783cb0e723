// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

/**
 * Images in a fixed order, decoded one by one when asked for. Not thread-safe; close it when done.
 */
public interface ImageSource extends InputSource {
  /**
   * Returns the samples of an image, eight bits each, in the size that the source was opened for.
   *
   * @param index from 0 to {@code count() - 1}
   * @return [C,H,W], a fresh array
   * @throws io.pascaline.images.DataFault if the image is corrupt or of another size
   */
  byte[] samples(int index);
}
