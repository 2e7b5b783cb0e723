// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the segments before a JPEG picture's first scan say of its colours and of how the camera was
 * held.
 *
 * @param exif the TIFF structure of an EXIF segment; empty without one
 * @param isJfif whether there is a JFIF segment, whose colours always are YCbCr
 * @param adobeTransform the colour transform of an Adobe segment, or {@link #NO_ADOBE}
 * @param isRgbNamed whether the components are called R, G and B
 * @param isWhole whether the end of the picture is marked, behind all scans
 * @param codedData the file without what describes it (profiles, thumbnails, comments): damage
 *     there ends Java's reader, though no pixel depends on it
 */
record JpegHeader(
    ByteBuffer exif,
    boolean isJfif,
    int adobeTransform,
    boolean isRgbNamed,
    boolean isWhole,
    byte[] codedData) {
  /** There is no Adobe segment. */
  static final int NO_ADOBE = -1;

  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int APP14 = 0xee;
  private static final int LAST_APP = 0xef;
  private static final int COMMENT = 0xfe;
  private static final int FIRST_FRAME = 0xc0;
  private static final int LAST_FRAME = 0xcf;
  private static final int START_OF_SCAN = 0xda;
  private static final byte END_OF_IMAGE = (byte) 0xd9;
  private static final String EXIF = "Exif\0\0";
  private static final String JFIF = "JFIF\0";
  private static final String ADOBE = "Adobe";
  private static final int ADOBE_TRANSFORM_AT = 11;
  private static final int COMPONENTS_AT = 6;

  /**
   * Reads the segments, as far as they are sound.
   *
   * @param file the whole file, of which the first two bytes are known to be a JPEG's
   */
  static JpegHeader of(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).position(2);
    ByteBuffer exif = ByteBuffer.allocate(0);
    boolean jfif = false;
    int adobe = NO_ADOBE;
    boolean rgb = false;
    ByteArrayOutputStream coded = new ByteArrayOutputStream(file.length);
    coded.write(file, 0, 2);
    int kept = 2;
    try {
      for (int marker = marker(in); marker != START_OF_SCAN; marker = marker(in)) {
        int length = in.getShort(in.position()) & 0xffff;
        ByteBuffer segment = in.slice(in.position() + 2, length - 2);
        int start = in.position();
        in.position(start + length);
        if (marker < APP0 || marker > LAST_APP && marker != COMMENT) {
          coded.write(0xff);
          coded.write(marker);
          coded.write(file, start, length);
        }
        kept = in.position();
        if (marker == APP0) {
          jfif |= begins(segment, JFIF);
        } else if (marker == APP1 && begins(segment, EXIF)) {
          exif = segment.position(EXIF.length()).slice();
        } else if (marker == APP14 && begins(segment, ADOBE)) {
          adobe = segment.get(ADOBE_TRANSFORM_AT);
        } else if (isFrame(marker)) {
          rgb = isNamed(segment, "RGB");
        }
      }
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      // A truncated file: the decoder says so.
    }
    coded.write(file, kept, file.length - kept);
    boolean whole = holdsEnd(file, kept);
    return new JpegHeader(exif, jfif, adobe, rgb, whole, coded.toByteArray());
  }

  /** Coded data hold no marker but this one and restarts, as zeros follow their 0xff. */
  private static boolean holdsEnd(byte[] file, int from) {
    for (int i = from; i + 1 < file.length; i++) {
      if (file[i] == (byte) 0xff && file[i + 1] == END_OF_IMAGE) {
        return true;
      }
    }
    return false;
  }

  /** Fill bytes may stand before a marker. */
  private static int marker(ByteBuffer in) {
    while ((in.get() & 0xff) != 0xff) {
      // Decoders skip what is no marker.
    }
    int marker = in.get() & 0xff;
    while (marker == 0xff) {
      marker = in.get() & 0xff;
    }
    return marker;
  }

  /** Of the markers in the range, three are of tables. */
  private static boolean isFrame(int marker) {
    return marker >= FIRST_FRAME
        && marker <= LAST_FRAME
        && marker != 0xc4
        && marker != 0xc8
        && marker != 0xcc;
  }

  private static boolean isNamed(ByteBuffer frame, String names) {
    boolean named = frame.get(COMPONENTS_AT - 1) == names.length();
    for (int i = 0; named && i < names.length(); i++) {
      named = frame.get(COMPONENTS_AT + 3 * i) == names.charAt(i);
    }
    return named;
  }

  private static boolean begins(ByteBuffer segment, String text) {
    return segment.remaining() >= text.length()
        && segment
            .slice(segment.position(), text.length())
            .equals(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** Returns whether three components are YCbCr and not RGB; the rules are libjpeg's. */
  boolean isLumaChroma() {
    return isJfif || (adobeTransform == NO_ADOBE ? !isRgbNamed : adobeTransform != 0);
  }

  /** Returns whether four components are YCCK and not CMYK. */
  boolean isLumaChromaBlack() {
    return adobeTransform > 0;
  }
}
