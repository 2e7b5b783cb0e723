// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Pictures made in memory. */
final class PictureBytes {
  private PictureBytes() {}

  static BufferedImage random(SplittableRandom random, int width, int height, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    int bands = image.getRaster().getNumBands();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int band = 0; band < bands; band++) {
          image.getRaster().setSample(x, y, band, random.nextInt(256));
        }
      }
    }
    return image;
  }

  static byte[] encoded(BufferedImage image, String format) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, out)) {
        throw new IllegalStateException("no writer for " + format);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteArray();
  }

  static byte[] png(int width, int height) {
    return encoded(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY), "png");
  }
}
