// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes one PNG or JPEG picture into the samples of a model's input.
 *
 * <p>The picture's own width and height are read from its header and checked before any pixel is
 * decoded, so a small file cannot unfold into gigabytes. Alpha is dropped; colour becomes grey by
 * the luma weights of ITU-R BT.601 in 16-bit fixed point; a grey picture's own samples are taken as
 * they are and repeated for a model of three channels. Immutable and thread-safe.
 */
final class PictureDecoder {
  /** Most pixels of a picture that is decoded at all (a 64-megapixel camera). */
  static final int MAX_PIXELS = 1 << 26;

  /** Most bytes of a picture's file. */
  static final int MAX_FILE_BYTES = 1 << 27;

  private static final int RED_WEIGHT = 19_595;
  private static final int GREEN_WEIGHT = 38_470;
  private static final int BLUE_WEIGHT = 7_471;
  private static final int HALF = 1 << 15;

  private final InputSize size;
  private final boolean resize;

  /**
   * A decoder for one model.
   *
   * @param size what the model takes
   * @param resize whether pictures of another size are scaled to it instead of refused
   */
  PictureDecoder(InputSize size, boolean resize) {
    this.size = size;
    this.resize = resize;
    ImageIO.setUseCache(false);
  }

  /**
   * Decodes a picture.
   *
   * @param file the whole file
   * @param name its name, for errors
   * @return samples [C,H,W]
   * @throws DataFault if it is no PNG or JPEG, corrupt or of another size
   */
  byte[] decode(byte[] file, String name) {
    return read(
        file,
        name,
        reader -> {
          requireSize(reader.getWidth(0), reader.getHeight(0), name);
          return samples(fitted(reader.read(0)));
        });
  }

  /**
   * Returns a picture's own size, and whether it is grey.
   *
   * @param file the whole file
   * @param name its name, for errors
   * @throws DataFault if it is no PNG or JPEG, corrupt or too large
   */
  static InputSize sizeOf(byte[] file, String name) {
    return read(
        file,
        name,
        reader -> {
          requireDecodable(reader.getWidth(0), reader.getHeight(0), name, "a smaller size");
          BufferedImage image = reader.read(0);
          return new InputSize(isGrey(image) ? 1 : 3, image.getHeight(), image.getWidth());
        });
  }

  /** What is made of an opened picture. */
  @FunctionalInterface
  private interface Use<T> {
    T apply(ImageReader reader) throws IOException;
  }

  private static <T> T read(byte[] file, String name, Use<T> use) {
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new DataFault(
            name + " is not a PNG or JPEG picture", "convert it to PNG, or leave it out");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        return use.apply(reader);
      } finally {
        reader.dispose();
      }
    } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException e) {
      // The JDK's readers answer some corrupt files with unchecked exceptions of these kinds.
      throw corrupt(name, e);
    } catch (NegativeArraySizeException | NullPointerException | ClassCastException e) {
      throw corrupt(name, e);
    }
  }

  private static DataFault corrupt(String name, Exception e) {
    return new DataFault(
        name + " is corrupt or of an unsupported kind (" + e.getMessage() + ")",
        "save it again as PNG (8-bit grey or RGB)",
        e);
  }

  private static void requireDecodable(int width, int height, String name, String wanted) {
    if ((long) width * height > MAX_PIXELS) {
      throw new DataFault(
          name + " is " + width + "x" + height + " pixels, over the limit of " + MAX_PIXELS,
          "scale it to " + wanted + " first");
    }
  }

  private void requireSize(int width, int height, String name) {
    requireDecodable(width, height, name, size.width() + "x" + size.height());
    if (!resize && (width != size.width() || height != size.height())) {
      throw new DataFault(
          name + " is " + width + "x" + height + " but the model takes " + size.describe(),
          "scale it to " + size.width() + "x" + size.height() + ", or add --resize");
    }
  }

  private BufferedImage fitted(BufferedImage image) {
    if (image.getWidth() == size.width() && image.getHeight() == size.height()) {
      return image;
    }
    BufferedImage scaled =
        new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = scaled.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(image, 0, 0, size.width(), size.height(), null);
    graphics.dispose();
    return scaled;
  }

  private byte[] samples(BufferedImage image) {
    byte[] samples = new byte[size.sampleCount()];
    int planeLength = size.height() * size.width();
    boolean ownGrey = isGrey(image);
    Raster raster = image.getRaster();
    // Grey of 16 bits keeps its upper 8; of fewer than 8 bits it comes with a palette instead.
    int shift = Math.max(0, image.getSampleModel().getSampleSize(0) - 8);
    for (int y = 0; y < size.height(); y++) {
      for (int x = 0; x < size.width(); x++) {
        int at = y * size.width() + x;
        int grey = ownGrey ? raster.getSample(x, y, 0) >>> shift : 0;
        int rgb = ownGrey ? grey << 16 | grey << 8 | grey : image.getRGB(x, y);
        if (size.channels() == 1) {
          samples[at] = (byte) (ownGrey ? grey : luma(rgb));
        } else {
          samples[at] = (byte) (rgb >> 16);
          samples[planeLength + at] = (byte) (rgb >> 8);
          samples[2 * planeLength + at] = (byte) rgb;
        }
      }
    }
    return samples;
  }

  /** Grey pictures are read from the raster: Java's own conversion would apply a gamma curve. */
  private static boolean isGrey(BufferedImage image) {
    return image.getRaster().getNumBands() <= 2
        && !(image.getColorModel() instanceof IndexColorModel)
        && image.getColorModel().getNumColorComponents() == 1
        && image.getSampleModel().getSampleSize(0) >= 8;
  }

  private static int luma(int rgb) {
    return (RED_WEIGHT * (rgb >> 16 & 0xff)
            + GREEN_WEIGHT * (rgb >> 8 & 0xff)
            + BLUE_WEIGHT * (rgb & 0xff)
            + HALF)
        >> 16;
  }
}
