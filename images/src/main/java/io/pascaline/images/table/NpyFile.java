// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.table;

import io.pascaline.images.DataFault;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An array as NumPy's {@code save} writes it (formats 1 to 3): floats and integers of up to 64 bits
 * and booleans, in C order.
 *
 * @param dims its dimensions
 * @param values row-major
 * @param type as NumPy calls it, for instance {@code <f4}
 */
record NpyFile(int[] dims, float[] values, String type) {
  /** The first bytes of such a file. */
  static final String MAGIC = "\u0093NUMPY";

  private static final int MAX_HEADER_BYTES = 1 << 16;
  private static final int MAX_ELEMENTS = 1 << 28;
  private static final int CHUNK_BYTES = 1 << 16;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9, ]*)\\)");
  private static final Pattern TYPE = Pattern.compile("([<>|=]?)([fiub])([1248])");
  private static final String REMEDY =
      "write it with numpy.save(FILE, numpy.ascontiguousarray(array, dtype='float32'))";

  /**
   * Reads a file.
   *
   * @throws DataFault if it is damaged, of another type or holds what is no finite float
   */
  static NpyFile read(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] head = exactly(in, MAGIC.length() + 2);
      int lengthBytes = head[MAGIC.length()] == 1 ? 2 : 4;
      ByteBuffer length =
          ByteBuffer.wrap(Arrays.copyOf(exactly(in, lengthBytes), 4))
              .order(ByteOrder.LITTLE_ENDIAN);
      int headerBytes = length.getInt();
      if (headerBytes < 0 || headerBytes > MAX_HEADER_BYTES) {
        throw new DataFault(path + " has a header of " + headerBytes + " bytes", REMEDY);
      }
      String header = new String(exactly(in, headerBytes), StandardCharsets.UTF_8);
      return read(path, in, header);
    } catch (EOFException e) {
      throw new DataFault(path + " is truncated", "copy it again", e);
    } catch (IOException e) {
      throw new DataFault(
          path + " cannot be read (" + e.getMessage() + ")", "check its permissions and disk", e);
    }
  }

  private static NpyFile read(Path path, InputStream in, String header) throws IOException {
    String descr = found(DESCR, header, path, "type");
    Matcher type = TYPE.matcher(descr);
    boolean known = type.matches() && !descr.endsWith("f1");
    if (!known) {
      throw new DataFault(path + " holds elements of type '" + descr + "'", REMEDY);
    }
    String shape = found(SHAPE, header, path, "shape");
    int[] dims =
        Arrays.stream(shape.split(","))
            .map(String::strip)
            .filter(dim -> !dim.isEmpty())
            .mapToInt(dim -> dim.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(dim))
            .toArray();
    if (found(FORTRAN, header, path, "order").equals("True") && dims.length > 1) {
      throw new DataFault(path + " is in Fortran order", REMEDY);
    }
    long count = 1;
    for (int dim : dims) {
      count *= dim;
      if (count > MAX_ELEMENTS) {
        throw new DataFault(
            path + " declares more than " + MAX_ELEMENTS + " elements", "give it in parts");
      }
    }
    float[] values = values(path, in, type, (int) count);
    return new NpyFile(dims, values, descr);
  }

  private static String found(Pattern pattern, String header, Path path, String what) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new DataFault(path + " does not name the array's " + what, REMEDY);
    }
    return matcher.group(1);
  }

  private static float[] values(Path path, InputStream in, Matcher type, int count)
      throws IOException {
    ByteOrder order = type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    int width = Integer.parseInt(type.group(3));
    // Grown as elements really arrive: the header alone must not decide how much is allocated.
    List<float[]> chunks = new ArrayList<>();
    int perChunk = CHUNK_BYTES / width;
    for (int at = 0; at < count; at += perChunk) {
      int length = Math.min(perChunk, count - at);
      ByteBuffer bytes = ByteBuffer.wrap(exactly(in, length * width)).order(order);
      float[] chunk = new float[length];
      for (int i = 0; i < length; i++) {
        chunk[i] = (float) element(bytes, type.group(2).charAt(0), width);
        if (!Float.isFinite(chunk[i])) {
          throw new DataFault(
              path + " holds " + chunk[i] + " at element " + (at + i),
              "replace values that are not finite numbers");
        }
      }
      chunks.add(chunk);
    }
    if (in.read() >= 0) {
      throw new DataFault(path + " holds more than its header declares", REMEDY);
    }
    float[] values = new float[count];
    int at = 0;
    for (float[] chunk : chunks) {
      System.arraycopy(chunk, 0, values, at, chunk.length);
      at += chunk.length;
    }
    return values;
  }

  private static double element(ByteBuffer bytes, char kind, int width) {
    if (kind == 'f') {
      return switch (width) {
        case 2 -> halfPrecision(bytes.getShort());
        case 4 -> bytes.getFloat();
        default -> bytes.getDouble();
      };
    }
    boolean signed = kind == 'i';
    return switch (width) {
      case 1 -> signed ? bytes.get() : bytes.get() & 0xff;
      case 2 -> signed ? bytes.getShort() : bytes.getShort() & 0xffff;
      case 4 -> signed ? bytes.getInt() : bytes.getInt() & 0xffffffffL;
      default -> signed ? bytes.getLong() : unsigned(bytes.getLong());
    };
  }

  private static double unsigned(long bits) {
    // Halving keeps the sign bit out; the bit that it drops is far below a float's last.
    return bits >= 0 ? bits : 2.0 * (bits >>> 1);
  }

  /** Returns the number that 16 bits stand for: a sign, 5 bits of exponent, 10 of mantissa. */
  private static double halfPrecision(int bits) {
    int exponent = bits >> 10 & 0x1f;
    int mantissa = bits & 0x3ff;
    double magnitude;
    if (exponent == 0x1f) {
      magnitude = mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      magnitude = mantissa * 0x1p-24;
    } else {
      magnitude = Math.scalb(0x400 + mantissa, exponent - 25);
    }
    return (bits & 0x8000) == 0 ? magnitude : -magnitude;
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  boolean holdsIntegers() {
    return !type.contains("f");
  }
}
