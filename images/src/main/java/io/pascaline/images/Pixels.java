// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Arrays;

/**
 * A decoded picture: eight bits a sample, one plane for grey or three for red, green and blue.
 * There is no alpha, and a colour profile does not count: the samples are those of the file.
 *
 * <p>Conversions follow Pillow, with which most networks are trained: grey of colours by the luma
 * weights of ITU-R BT.601 in 16-bit fixed point, the upper byte of deep samples, and colours of
 * inks (CMYK) by the product of what each ink lets through. Owns its arrays, which others leave
 * alone.
 *
 * @param width columns
 * @param height rows
 * @param planes 1 or 3, row-major
 */
record Pixels(int width, int height, byte[][] planes) {
  private static final int RED_WEIGHT = 19_595;
  private static final int GREEN_WEIGHT = 38_470;
  private static final int BLUE_WEIGHT = 7_471;
  private static final int HALF = 1 << 15;
  private static final int BYTE_MAX = 255;
  private static final int MAX_SAMPLE_BITS = 16;

  /**
   * Takes a picture from Java's representation.
   *
   * @throws IllegalArgumentException if its samples are of another kind; the message names it
   */
  static Pixels of(BufferedImage image) {
    ColorModel colors = image.getColorModel();
    if (colors instanceof IndexColorModel palette) {
      return ofPalette(image, palette);
    }
    int type = image.getRaster().getTransferType();
    if (type == DataBuffer.TYPE_FLOAT
        || type == DataBuffer.TYPE_DOUBLE
        || Arrays.stream(colors.getComponentSize()).anyMatch(bits -> bits > MAX_SAMPLE_BITS)) {
      throw new IllegalArgumentException("its samples have more than 16 bits");
    }
    image.coerceData(false); // Transparency must not darken what it hides.
    return switch (colors.getColorSpace().getType()) {
      case ColorSpace.TYPE_GRAY -> ofBands(image.getRaster(), colors, 1);
      case ColorSpace.TYPE_RGB -> ofBands(image.getRaster(), colors, 3);
      case ColorSpace.TYPE_CMYK -> ofInks(ofBands(image.getRaster(), colors, 4));
      default -> throw new IllegalArgumentException("its colours are neither grey, RGB nor CMYK");
    };
  }

  private static Pixels ofPalette(BufferedImage image, IndexColorModel palette) {
    Raster raster = image.getRaster();
    int width = image.getWidth();
    byte[][] planes = new byte[3][width * image.getHeight()];
    boolean grey = true;
    for (int i = 0; i < planes[0].length; i++) {
      int rgb = palette.getRGB(raster.getSample(i % width, i / width, 0));
      for (int channel = 0; channel < 3; channel++) {
        planes[channel][i] = (byte) (rgb >> 16 - 8 * channel);
      }
      grey &= planes[0][i] == planes[1][i] && planes[1][i] == planes[2][i];
    }
    // The JDK gives grey of fewer than 8 bits as a palette.
    return new Pixels(width, image.getHeight(), grey ? new byte[][] {planes[0]} : planes);
  }

  private static Pixels ofBands(Raster raster, ColorModel colors, int bandCount) {
    int width = raster.getWidth();
    byte[][] planes = new byte[bandCount][width * raster.getHeight()];
    int[] row = new int[width];
    for (int band = 0; band < bandCount; band++) {
      int bits = colors.getComponentSize(band);
      for (int y = 0; y < raster.getHeight(); y++) {
        raster.getSamples(0, y, width, 1, band, row);
        for (int x = 0; x < width; x++) {
          planes[band][y * width + x] = (byte) eightBits(row[x], bits);
        }
      }
    }
    return new Pixels(width, raster.getHeight(), planes);
  }

  private static int eightBits(int sample, int bits) {
    return bits >= 8 ? sample >>> bits - 8 : sample * BYTE_MAX / ((1 << bits) - 1);
  }

  /** Returns red, green and blue of cyan, magenta, yellow and black, each 255 at full ink. */
  static Pixels ofInks(Pixels inks) {
    byte[][] planes = new byte[3][inks.planes[0].length];
    for (int i = 0; i < planes[0].length; i++) {
      int light = BYTE_MAX - (inks.planes[3][i] & BYTE_MAX);
      for (int channel = 0; channel < 3; channel++) {
        int absorbed = (inks.planes[channel][i] & BYTE_MAX) * light + 128;
        planes[channel][i] = (byte) Math.max(0, light - ((absorbed >> 8) + absorbed >> 8));
      }
    }
    return new Pixels(inks.width, inks.height, planes);
  }

  /** Returns whether there is one plane. */
  boolean isGrey() {
    return planes.length == 1;
  }

  /**
   * Returns the picture in as many channels as a model takes.
   *
   * @param channels 1 or 3
   */
  Pixels inChannels(int channels) {
    if (channels == planes.length) {
      return this;
    }
    if (channels == 3) {
      return new Pixels(width, height, new byte[][] {planes[0], planes[0], planes[0]});
    }
    byte[] grey = new byte[planes[0].length];
    for (int i = 0; i < grey.length; i++) {
      grey[i] =
          (byte)
              (RED_WEIGHT * (planes[0][i] & BYTE_MAX)
                      + GREEN_WEIGHT * (planes[1][i] & BYTE_MAX)
                      + BLUE_WEIGHT * (planes[2][i] & BYTE_MAX)
                      + HALF
                  >> 16);
    }
    return new Pixels(width, height, new byte[][] {grey});
  }

  /**
   * Returns the picture upright.
   *
   * @param orientation as EXIF has it, 1 to 8
   */
  Pixels upright(int orientation) {
    if (orientation == 1) {
      return this;
    }
    boolean swapped = Orientation.isSwapped(orientation);
    int newWidth = swapped ? height : width;
    int newHeight = swapped ? width : height;
    byte[][] turned = new byte[planes.length][width * height];
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        int right = newWidth - 1 - x;
        int below = newHeight - 1 - y;
        int source =
            switch (orientation) {
              case 2 -> y * width + right;
              case 3 -> below * width + right;
              case 4 -> below * width + x;
              case 5 -> x * width + y;
              case 6 -> right * width + y;
              case 7 -> right * width + below;
              case 8 -> x * width + below;
              default -> throw new IllegalArgumentException("orientation is " + orientation);
            };
        for (int channel = 0; channel < planes.length; channel++) {
          turned[channel][y * newWidth + x] = planes[channel][source];
        }
      }
    }
    return new Pixels(newWidth, newHeight, turned);
  }

  /** Returns the picture scaled; see {@link Resampling}. */
  Pixels scaled(int newWidth, int newHeight) {
    if (newWidth == width && newHeight == height) {
      return this;
    }
    byte[][] scaled = new byte[planes.length][];
    for (int channel = 0; channel < planes.length; channel++) {
      scaled[channel] = Resampling.bicubic(planes[channel], width, height, newWidth, newHeight);
    }
    return new Pixels(newWidth, newHeight, scaled);
  }

  /** Returns all samples, plane by plane: [C,H,W]. */
  byte[] samples() {
    int length = planes[0].length;
    byte[] samples = new byte[planes.length * length];
    for (int channel = 0; channel < planes.length; channel++) {
      System.arraycopy(planes[channel], 0, samples, channel * length, length);
    }
    return samples;
  }
}
