// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.awt.image.BufferedImage;
import java.util.BitSet;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadUpdateListener;

/**
 * Counts the rows that were decoded of a GIF. Where its coded data end early, the JDK says nothing
 * and leaves the other rows black. Not thread-safe.
 */
final class GifRows implements IIOReadUpdateListener {
  private final BitSet decoded = new BitSet();

  int count() {
    return decoded.cardinality();
  }

  @Override
  public void imageUpdate(
      ImageReader source,
      BufferedImage image,
      int minX,
      int minY,
      int width,
      int height,
      int periodX,
      int periodY,
      int[] bands) {
    for (int row = 0; row < height; row++) {
      decoded.set(minY + row * periodY);
    }
  }

  @Override
  public void passStarted(
      ImageReader source,
      BufferedImage image,
      int pass,
      int minPass,
      int maxPass,
      int minX,
      int minY,
      int periodX,
      int periodY,
      int[] bands) {
    // Rows tell enough.
  }

  @Override
  public void passComplete(ImageReader source, BufferedImage image) {
    // Rows tell enough.
  }

  @Override
  public void thumbnailPassStarted(
      ImageReader source,
      BufferedImage image,
      int pass,
      int minPass,
      int maxPass,
      int minX,
      int minY,
      int periodX,
      int periodY,
      int[] bands) {
    // A GIF has no thumbnails.
  }

  @Override
  public void thumbnailUpdate(
      ImageReader source,
      BufferedImage image,
      int minX,
      int minY,
      int width,
      int height,
      int periodX,
      int periodY,
      int[] bands) {
    // A GIF has no thumbnails.
  }

  @Override
  public void thumbnailPassComplete(ImageReader source, BufferedImage image) {
    // A GIF has no thumbnails.
  }
}
