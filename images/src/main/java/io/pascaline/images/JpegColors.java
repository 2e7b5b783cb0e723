// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.awt.image.Raster;

/**
 * Makes RGB of a JPEG picture's components, as libjpeg and Pillow do: by the formula of JFIF in
 * 16-bit fixed point, whatever colour profile the file has. Java's own readers apply the profile,
 * so that samples differ from those a network was trained with. Stateless.
 */
final class JpegColors {
  private static final int FRACTION_BITS = 16;
  private static final int HALF = 1 << FRACTION_BITS - 1;
  private static final int CENTER = 128;
  private static final int RED_OF_CR = fixed(1.40200);
  private static final int GREEN_OF_CR = fixed(0.71414);
  private static final int GREEN_OF_CB = fixed(0.34414);
  private static final int BLUE_OF_CB = fixed(1.77200);

  private JpegColors() {}

  private static int fixed(double factor) {
    return (int) (factor * (1 << FRACTION_BITS) + 0.5);
  }

  /**
   * Converts a picture.
   *
   * @param components one, three or four bands of eight bits, as they are coded
   * @param header what they stand for
   * @return grey or RGB
   * @throws IllegalArgumentException if there is another number of bands or of bits
   */
  static Pixels of(Raster components, JpegHeader header) {
    int bands = components.getNumBands();
    if (bands != 1 && bands != 3 && bands != 4
        || components.getSampleModel().getSampleSize(0) > 8) {
      throw new IllegalArgumentException(
          "it has "
              + bands
              + " components of "
              + components.getSampleModel().getSampleSize(0)
              + " bits");
    }
    int width = components.getWidth();
    byte[][] planes = new byte[bands][width * components.getHeight()];
    int[] row = new int[width];
    for (int band = 0; band < bands; band++) {
      for (int y = 0; y < components.getHeight(); y++) {
        components.getSamples(components.getMinX(), y, width, 1, band, row);
        for (int x = 0; x < width; x++) {
          planes[band][y * width + x] = (byte) row[x];
        }
      }
    }
    if (bands == 3 && header.isLumaChroma() || bands == 4 && header.isLumaChromaBlack()) {
      toRgb(planes);
    }
    if (bands < 4) {
      return new Pixels(width, components.getHeight(), planes);
    }
    // Inks count from 255 (none) down to 0 (full), as Adobe writes them; the colours of YCCK are
    // coded the other way round.
    for (int band = 0; band < 4; band++) {
      boolean light = band == 3 || !header.isLumaChromaBlack();
      for (int i = 0; light && i < planes[band].length; i++) {
        planes[band][i] = (byte) ~planes[band][i];
      }
    }
    return Pixels.ofInks(new Pixels(width, components.getHeight(), planes));
  }

  private static void toRgb(byte[][] planes) {
    for (int i = 0; i < planes[0].length; i++) {
      int luma = planes[0][i] & 0xff;
      int cb = (planes[1][i] & 0xff) - CENTER;
      int cr = (planes[2][i] & 0xff) - CENTER;
      planes[0][i] = clamped(luma + (RED_OF_CR * cr + HALF >> FRACTION_BITS));
      planes[1][i] = clamped(luma + (-GREEN_OF_CB * cb - GREEN_OF_CR * cr + HALF >> FRACTION_BITS));
      planes[2][i] = clamped(luma + (BLUE_OF_CB * cb + HALF >> FRACTION_BITS));
    }
  }

  private static byte clamped(int sample) {
    return (byte) Math.max(0, Math.min(255, sample));
  }
}
