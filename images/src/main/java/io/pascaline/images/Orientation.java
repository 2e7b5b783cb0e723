// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.ToIntFunction;

/**
 * How a camera was held, as EXIF tells it: 1 (upright) to 8. A file that says nothing, or nothing
 * that can be read, is upright.
 */
final class Orientation {
  /** As the samples lie. */
  static final int UPRIGHT = 1;

  private static final int TAG = 0x0112;
  private static final int SHORT_TYPE = 3;
  private static final int FIRST_SWAPPED = 5;
  private static final int LAST = 8;
  private static final int PNG_SIGNATURE_LENGTH = 8;
  private static final int PNG_EXIF = 0x65584966;

  private Orientation() {}

  /** Returns whether rows become columns. */
  static boolean isSwapped(int orientation) {
    return orientation >= FIRST_SWAPPED;
  }

  /**
   * Reads the orientation of a picture's file.
   *
   * @param file the whole file
   * @param kind of the picture, not JPEG
   * @return 1 to 8
   */
  static int of(byte[] file, PictureKind kind) {
    return switch (kind) {
      case PNG -> tolerant(ByteBuffer.wrap(file), Orientation::ofPng);
      case TIFF -> tolerant(ByteBuffer.wrap(file), Orientation::ofTiff);
      case JPEG, BMP, GIF, WEBP, HEIC, AVIF, JPEG_2000, JPEG_XL, PHOTOSHOP, SVG -> UPRIGHT;
    };
  }

  /**
   * Reads the orientation of a JPEG picture.
   *
   * @param header its segments
   * @return 1 to 8
   */
  static int of(JpegHeader header) {
    return tolerant(header.exif(), Orientation::ofTiff);
  }

  private static int tolerant(ByteBuffer data, ToIntFunction<ByteBuffer> reading) {
    try {
      return reading.applyAsInt(data);
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return UPRIGHT;
    } catch (ArithmeticException e) {
      return UPRIGHT;
    }
  }

  private static int ofPng(ByteBuffer chunks) {
    chunks.position(PNG_SIGNATURE_LENGTH);
    while (chunks.remaining() > 8) {
      int length = chunks.getInt();
      if (chunks.getInt() == PNG_EXIF) {
        return ofTiff(chunks.slice());
      }
      if (length < 0) {
        return UPRIGHT; // Going back would never end.
      }
      // A checksum follows.
      chunks.position(Math.addExact(chunks.position(), length + 4));
    }
    return UPRIGHT;
  }

  private static int ofTiff(ByteBuffer tiff) {
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    int count = tiff.getShort(directory) & 0xffff;
    for (int i = 0; i < count; i++) {
      int entry = directory + 2 + 12 * i;
      if ((tiff.getShort(entry) & 0xffff) == TAG && tiff.getShort(entry + 2) == SHORT_TYPE) {
        int orientation = tiff.getShort(entry + 8);
        return orientation >= UPRIGHT && orientation <= LAST ? orientation : UPRIGHT;
      }
    }
    return UPRIGHT;
  }
}
