// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Kinds of picture files, told by their first bytes or by the ends of their names. */
public enum PictureKind {
  /** Portable Network Graphics. */
  PNG("PNG", true, "png"),
  /** Joint Photographic Experts Group. */
  JPEG("JPEG", true, "jpg", "jpeg", "jpe", "jfif"),
  /** Windows bitmap. */
  BMP("BMP", true, "bmp", "dib"),
  /** Graphics Interchange Format; the first frame is taken. */
  GIF("GIF", true, "gif"),
  /** Tagged Image File Format; the first page is taken. */
  TIFF("TIFF", true, "tif", "tiff"),
  /** WebP: not read, as no decoder in Java gives the pixels of libwebp. */
  WEBP("WebP", false, "webp"),
  /** What telephones write: not read. */
  HEIC("HEIC", false, "heic", "heif", "hif"),
  /** AV1 still pictures: not read. */
  AVIF("AVIF", false, "avif"),
  /** JPEG 2000: not read. */
  JPEG_2000("JPEG 2000", false, "jp2", "j2k", "jpx", "jpf"),
  /** JPEG XL: not read. */
  JPEG_XL("JPEG XL", false, "jxl"),
  /** Photoshop documents: not read. */
  PHOTOSHOP("Photoshop", false, "psd"),
  /** Vector graphics: not read. */
  SVG("SVG", false, "svg");

  /** How many bytes {@link #of} wants. */
  public static final int HEAD_LENGTH = 16;

  /** The kinds that are read, as errors list them. */
  static final String READ = "PNG, JPEG, BMP, GIF or TIFF";

  private final String label;
  private final boolean read;
  private final List<String> extensions;

  PictureKind(String label, boolean read, String... extensions) {
    this.label = label;
    this.read = read;
    this.extensions = List.of(extensions);
  }

  /** Returns what people call the kind. */
  public String label() {
    return label;
  }

  /** Returns whether pictures of this kind are decoded. */
  public boolean isRead() {
    return read;
  }

  /**
   * Tells the kind by the first bytes of a file.
   *
   * @param head 16 of them, or all if the file has fewer
   * @return empty if they are no picture's
   */
  public static Optional<PictureKind> of(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    for (PictureKind kind : values()) {
      if (kind.begins(text)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  private boolean begins(String head) {
    return switch (this) {
      case PNG -> head.startsWith("\u0089PNG");
      case JPEG -> head.startsWith("\u00ff\u00d8");
      // Four reserved bytes are zero in every bitmap that was ever written.
      case BMP -> head.startsWith("BM") && head.startsWith("\0\0\0\0", 6);
      case GIF -> head.startsWith("GIF8");
      case TIFF -> head.startsWith("II*\0") || head.startsWith("MM\0*");
      case WEBP -> head.startsWith("RIFF") && head.startsWith("WEBP", 8);
      case HEIC -> head.startsWith("ftyphe", 4) || head.startsWith("ftypmif1", 4);
      case AVIF -> head.startsWith("ftypavi", 4);
      case JPEG_2000 -> head.startsWith("jP  ", 4) || head.startsWith("\u00ff\u004f\u00ff\u0051");
      case JPEG_XL -> head.startsWith("JXL ", 4) || head.startsWith("\u00ff\n");
      case PHOTOSHOP -> head.startsWith("8BPS");
      case SVG -> head.startsWith("<svg");
    };
  }

  /**
   * Tells the kind by the name of a file.
   *
   * @param name with or without folders
   * @return empty if the name does not end like that of a picture
   */
  static Optional<PictureKind> called(String name) {
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    for (PictureKind kind : values()) {
      if (kind.extensions.contains(extension)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
