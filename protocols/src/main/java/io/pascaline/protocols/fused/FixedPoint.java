// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

/**
 * Doubles to elements of Z_2^64. The nearest integer is taken, ties to even, and then reduced
 * modulo 2^64; a plain conversion would saturate instead of wrapping.
 */
final class FixedPoint {
  /** Below this magnitude {@link #encodeNarrow} is exact. */
  static final double NARROW_LIMIT = 0x1.0p51;

  /** Below this magnitude a plain conversion is exact. */
  static final double PLAIN_LIMIT = 0x1.0p62;

  /** Below this magnitude {@link #encodeWide} is exact. */
  static final double WIDE_LIMIT = 0x1.0p93;

  private FixedPoint() {}

  /** From 2^52 to 2^53, doubles are the integers, and so are their bits but for a constant. */
  static final double INTEGERS = 0x1.8p52;

  static final long INTEGERS_BITS = Double.doubleToRawLongBits(INTEGERS);

  /**
   * Returns the encoding of {@code scaled}, of magnitude below {@link #NARROW_LIMIT}: the addition
   * rounds. Twice as fast as a conversion, which also asks for values that no long can hold.
   */
  static long encodeNarrow(double scaled) {
    return Double.doubleToRawLongBits(scaled + INTEGERS) - INTEGERS_BITS;
  }

  /** Returns the encoding of {@code scaled}, of magnitude below {@link #PLAIN_LIMIT}. */
  static long encode(double scaled) {
    return (long) Math.rint(scaled);
  }

  /**
   * Returns the encoding of {@code scaled}, of magnitude below {@link #WIDE_LIMIT}: scaled = high *
   * 2^32 + low with 0 &lt;= low &lt; 2^32, both exact, so only the rounding of low rounds.
   */
  static long encodeWide(double scaled) {
    double high = Math.floor(scaled * 0x1.0p-32);
    double low = scaled - high * 0x1.0p32;
    return ((long) high << 32) + (long) Math.rint(low);
  }

  /**
   * Writes the encodings of {@code values[i] * scale}.
   *
   * @param scale a power of two
   * @param max bounds the magnitude of all scaled values; below {@link #WIDE_LIMIT}
   */
  static void encode(double[] values, double scale, double max, long[] out, int count) {
    if (max < NARROW_LIMIT) {
      for (int i = 0; i < count; i++) {
        out[i] = encodeNarrow(values[i] * scale);
      }
    } else if (max < PLAIN_LIMIT) {
      for (int i = 0; i < count; i++) {
        out[i] = encode(values[i] * scale);
      }
    } else {
      for (int i = 0; i < count; i++) {
        out[i] = encodeWide(values[i] * scale);
      }
    }
  }

  /**
   * Checks that {@link #encode} serves some numbers.
   *
   * @param max bounds the magnitude of all of them, scaled
   * @throws IllegalArgumentException if it is not below {@link #WIDE_LIMIT}
   */
  static void requireEncodable(String what, double max, int inputFractionBits) {
    if (!(max < WIDE_LIMIT)) {
      throw new IllegalArgumentException(
          what
              + " reaches "
              + max
              + " when encoded, limit "
              + WIDE_LIMIT
              + "; use more inputFractionBits than "
              + inputFractionBits);
    }
  }

  /** Returns 2^exponent. */
  static double powerOfTwo(int exponent) {
    return Math.scalb(1.0, exponent);
  }
}
