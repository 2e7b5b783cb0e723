// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes one picture into the samples of a model's input.
 *
 * <p>The picture's own width and height are read from its header and checked before any pixel is
 * decoded, so a small file cannot unfold into gigabytes. A picture that a camera has turned comes
 * upright. Conversions are those of {@link Pixels}. Immutable and thread-safe.
 */
final class PictureDecoder {
  /** Most pixels of a picture that is decoded at all (a 64-megapixel camera). */
  static final int MAX_PIXELS = 1 << 26;

  /** Most bytes of a picture's file. */
  static final int MAX_FILE_BYTES = 1 << 27;

  /** Said where the coded data end early: Java's reader fills the rest with grey. */
  private static final String ENDED = "Premature end";

  /** Said where the coded data are damaged; what stands between segments does no harm. */
  private static final String DAMAGED = "Corrupt JPEG data";

  private static final String HARMLESS = "extraneous bytes";

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
   * @throws DataFault if it is of an unknown kind, corrupt or of another size
   */
  byte[] decode(byte[] file, String name) {
    return read(file, name, this::requireSize)
        .inChannels(size.channels())
        .scaled(size.width(), size.height())
        .samples();
  }

  /**
   * Returns a picture's own size, and whether it is grey.
   *
   * @param file the whole file
   * @param name its name, for errors
   * @throws DataFault if it is of an unknown kind, corrupt or too large
   */
  static InputSize sizeOf(byte[] file, String name) {
    Pixels picture =
        read(
            file,
            name,
            (width, height, of) -> requireDecodable(width, height, of, "a smaller size"));
    return new InputSize(picture.isGrey() ? 1 : 3, picture.height(), picture.width());
  }

  /** Refuses a picture by the size in its header. */
  @FunctionalInterface
  private interface SizeCheck {
    void check(int width, int height, String name);
  }

  private static Pixels read(byte[] file, String name, SizeCheck sizeCheck) {
    PictureKind kind = kind(file, name);
    try {
      if (kind == PictureKind.JPEG) {
        JpegHeader header = JpegHeader.of(file);
        return read(
            header.codedData(),
            kind,
            Orientation.of(header),
            name,
            sizeCheck,
            reader -> decoded(reader, header));
      }
      return read(
          file,
          kind,
          Orientation.of(file, kind),
          name,
          sizeCheck,
          reader -> kind == PictureKind.GIF ? ofGif(reader, file) : Pixels.of(reader.read(0)));
    } catch (DataFault e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Readers answer some corrupt files with unchecked exceptions of many kinds.
      throw new DataFault(
          name + " is corrupt or of an unsupported kind (" + e.getMessage() + ")",
          "save it again as PNG (8-bit grey or RGB)",
          e);
    }
  }

  /** Makes pixels of an opened picture. */
  @FunctionalInterface
  private interface Decoding {
    Pixels apply(ImageReader reader) throws IOException;
  }

  private static Pixels read(
      byte[] data,
      PictureKind kind,
      int orientation,
      String name,
      SizeCheck sizeCheck,
      Decoding decoding)
      throws IOException {
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(data))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new IIOException("there is no reader for " + kind.label());
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        boolean swapped = Orientation.isSwapped(orientation);
        sizeCheck.check(swapped ? height : width, swapped ? width : height, name);
        // A tile is decoded as a whole, however small the picture is.
        requireDecodable(reader.getTileWidth(0), reader.getTileHeight(0), name, "a smaller size");
        return decoding.apply(reader).upright(orientation);
      } finally {
        reader.dispose();
      }
    }
  }

  private static PictureKind kind(byte[] file, String name) {
    byte[] head = Arrays.copyOf(file, Math.min(file.length, PictureKind.HEAD_LENGTH));
    Optional<PictureKind> kind = PictureKind.of(head);
    if (kind.isEmpty() || !kind.get().isRead()) {
      String what = kind.map(k -> "a " + k.label() + " picture").orElse("no picture");
      throw new DataFault(
          name + " is " + what + ", not " + PictureKind.READ, "convert it to PNG, or leave it out");
    }
    return kind.get();
  }

  /** Java's own conversion to RGB would apply a colour profile. */
  private static Pixels decoded(ImageReader reader, JpegHeader header) throws IOException {
    if (!header.isWhole()) {
      throw new IIOException("its end is missing");
    }
    DamageListener damage = new DamageListener();
    reader.addIIOReadWarningListener(damage);
    Pixels pixels = JpegColors.of(reader.readRaster(0, null), header);
    if (damage.first != null) {
      throw new IIOException(damage.first);
    }
    return pixels;
  }

  /**
   * Decodes the first frame. It may cover a part of the picture, and the JDK gives that part alone;
   * coded data may end early, and the JDK then leaves rows black.
   */
  private static Pixels ofGif(ImageReader reader, byte[] file) throws IOException {
    if (reader.getWidth(0) != ((file[6] & 0xff) | (file[7] & 0xff) << 8)
        || reader.getHeight(0) != ((file[8] & 0xff) | (file[9] & 0xff) << 8)) {
      throw new IIOException("its first frame covers only a part of it");
    }
    GifRows rows = new GifRows();
    reader.addIIOReadUpdateListener(rows);
    Pixels pixels = Pixels.of(reader.read(0));
    if (rows.count() < pixels.height()) {
      throw new IIOException("its data end early");
    }
    return pixels;
  }

  /** Keeps the first warning that says that pixels are missing or wrong. */
  private static final class DamageListener implements IIOReadWarningListener {
    private String first;

    @Override
    public void warningOccurred(ImageReader source, String warning) {
      boolean damaged =
          warning.contains(ENDED) || warning.contains(DAMAGED) && !warning.contains(HARMLESS);
      if (damaged && first == null) {
        first = warning;
      }
    }
  }

  private static void requireDecodable(int width, int height, String name, String wanted) {
    if ((long) width * height > MAX_PIXELS) {
      throw new DataFault(
          name + " needs " + width + "x" + height + " pixels, over the limit of " + MAX_PIXELS,
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
    // Columns are scaled first, so rows of the new width stand between.
    requireDecodable(size.width(), height, name, size.width() + "x" + size.height());
  }
}
