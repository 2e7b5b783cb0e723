// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.activation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One function per channel: a line with K harmonics of the ring,
 *
 * <pre>
 *   f_c(y) = constant_c + slope_c y + sum over k &lt; K of
 *              cosine_{c,k} cos(2 pi m_{c,k} y / P) + sine_{c,k} sin(2 pi m_{c,k} y / P)
 * </pre>
 *
 * <p>The period P is that of the ring in real units, 2^(32-fy) for an input with fy fraction bits.
 * It is not part of the function; methods take it. The multiples m are positive integers, so each
 * harmonic repeats with the ring. A channel with a narrower range has larger multiples. Arrays are
 * channel-major: the entry of harmonic k of channel c is at c K + k. Public, immutable,
 * thread-safe.
 */
public final class HarmonicFunction {
  /** The largest K. */
  public static final int MAX_HARMONICS = 31;

  /** The largest multiple. */
  public static final int MAX_MULTIPLE = 1 << 20;

  /** The largest number of channels. */
  public static final int MAX_CHANNELS = 1 << 20;

  private static final int HEADER_LENGTH_BYTES = Integer.BYTES + 1;

  /** Pieces into which an interval is divided to bound a derivative. */
  private static final int MAX_PIECES = 64;

  private final int channelCount;
  private final int harmonicCount;
  private final int[] multiples;
  private final double[] constants;
  private final double[] slopes;
  private final double[] cosines;
  private final double[] sines;
  private final boolean hasSlope;

  /**
   * Creates the functions of all channels. Arrays are copied.
   *
   * @param channelCount 1 to {@value #MAX_CHANNELS}
   * @param harmonicCount K, 0 to {@value #MAX_HARMONICS}
   * @param multiples 1 to {@value #MAX_MULTIPLE}, K for each channel
   * @param constants one for each channel
   * @param slopes one for each channel
   * @param cosines amplitudes, K for each channel
   * @param sines amplitudes, K for each channel
   * @throws IllegalArgumentException if a number is out of range or not finite, an array has
   *     another length, or all channels are constant
   */
  public HarmonicFunction(
      int channelCount,
      int harmonicCount,
      int[] multiples,
      double[] constants,
      double[] slopes,
      double[] cosines,
      double[] sines) {
    this.channelCount = checkRange("channelCount", channelCount, 1, MAX_CHANNELS);
    this.harmonicCount = checkRange("harmonicCount", harmonicCount, 0, MAX_HARMONICS);
    int entries = channelCount * harmonicCount;
    checkLength("multiples", multiples.length, entries);
    checkLength("constants", constants.length, channelCount);
    checkLength("slopes", slopes.length, channelCount);
    checkLength("cosines", cosines.length, entries);
    checkLength("sines", sines.length, entries);
    this.multiples = multiples.clone();
    for (int i = 0; i < entries; i++) {
      checkRange("multiples[" + i + "]", this.multiples[i], 1, MAX_MULTIPLE);
    }
    this.constants = EncodedDoubles.canonical("constants", constants);
    this.slopes = EncodedDoubles.canonical("slopes", slopes);
    this.cosines = EncodedDoubles.canonical("cosines", cosines);
    this.sines = EncodedDoubles.canonical("sines", sines);
    this.hasSlope = Arrays.stream(this.slopes).anyMatch(slope -> slope != 0);
    if (harmonicCount == 0 && !hasSlope) {
      throw new IllegalArgumentException("a constant function is no activation");
    }
  }

  private static int checkRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(name + " must be " + min + " to " + max + ": " + value);
    }
    return value;
  }

  private static void checkLength(String name, int actual, int expected) {
    if (actual != expected) {
      throw new IllegalArgumentException(name + " has " + actual + " entries, not " + expected);
    }
  }

  /** Returns the number of channels. */
  public int channelCount() {
    return channelCount;
  }

  /** Returns K, the number of harmonics of each channel. */
  public int harmonicCount() {
    return harmonicCount;
  }

  /** Returns whether any channel has a slope other than zero. */
  public boolean hasSlope() {
    return hasSlope;
  }

  /** Returns the constant term of a channel. */
  public double constant(int channel) {
    return constants[channel];
  }

  /** Returns the factor of y of a channel. */
  public double slope(int channel) {
    return slopes[channel];
  }

  /** Returns m of a harmonic of a channel. */
  public int multiple(int channel, int harmonic) {
    return multiples[index(channel, harmonic)];
  }

  /** Returns the amplitude of the cosine of a harmonic of a channel. */
  public double cosine(int channel, int harmonic) {
    return cosines[index(channel, harmonic)];
  }

  /** Returns the amplitude of the sine of a harmonic of a channel. */
  public double sine(int channel, int harmonic) {
    return sines[index(channel, harmonic)];
  }

  private int index(int channel, int harmonic) {
    if (channel < 0 || channel >= channelCount || harmonic < 0 || harmonic >= harmonicCount) {
      throw new IllegalArgumentException("no harmonic " + harmonic + " of channel " + channel);
    }
    return channel * harmonicCount + harmonic;
  }

  /**
   * Returns an upper bound of |a cos x - b sin x| and |a sin x + b cos x| over all x, a and b the
   * amplitudes of a harmonic of a channel.
   */
  public double amplitude(int channel, int harmonic) {
    int at = index(channel, harmonic);
    // StrictMath.hypot is within one unit in the last place.
    return StrictMath.hypot(cosines[at], sines[at]) * (1 + RoundingError.gamma(4));
  }

  /**
   * Returns f_c(y).
   *
   * @param period P, a power of two
   * @throws IllegalArgumentException if the period is no power of two
   */
  public double value(int channel, double y, double period) {
    double u = y / requirePeriod(period);
    double sum = constants[channel] + slopes[channel] * y;
    for (int k = 0; k < harmonicCount; k++) {
      int at = channel * harmonicCount + k;
      double angle = angle(multiples[at], u);
      sum += cosines[at] * StrictMath.cos(angle) + sines[at] * StrictMath.sin(angle);
    }
    return sum;
  }

  /** Whole turns are dropped first, without a rounding. */
  private static double angle(int multiple, double u) {
    double turns = multiple * u;
    return 2 * Math.PI * (turns - Math.rint(turns));
  }

  private static double requirePeriod(double period) {
    if (!(period > 0 && period < Double.POSITIVE_INFINITY)
        || Math.scalb(1.0, Math.getExponent(period)) != period) {
      throw new IllegalArgumentException("period must be a power of two: " + period);
    }
    return period;
  }

  /** Returns an upper bound of |f_c(y)| over |y| &lt;= maxY and all channels. */
  public double maxValue(double maxY) {
    double max = 0;
    for (int c = 0; c < channelCount; c++) {
      max = Math.max(max, maxValue(c, maxY));
    }
    return max;
  }

  /**
   * Returns an upper bound of |f_c(y)| over |y| &lt;= maxY: that of the line plus the amplitudes of
   * all harmonics.
   */
  public double maxValue(int channel, double maxY) {
    double sum = Math.abs(constants[channel]) + Math.abs(slopes[channel]) * maxY;
    for (int k = 0; k < harmonicCount; k++) {
      sum += amplitude(channel, k);
    }
    return sum * (1 + RoundingError.gamma(harmonicCount + 8));
  }

  /**
   * Returns an upper bound of |f_c'(y)| over lo &lt;= y &lt;= hi: of the sum of amplitudes, and the
   * largest of up to {@value #MAX_PIECES} pieces, each with the derivative in its middle and the
   * largest second derivative, the smaller.
   *
   * @param period P, a power of two
   * @throws IllegalArgumentException if lo exceeds hi, or the period is no power of two
   */
  public double derivativeBound(int channel, double lo, double hi, double period) {
    requirePeriod(period);
    if (!(lo <= hi)) {
      throw new IllegalArgumentException("lo must not exceed hi: " + lo + " > " + hi);
    }
    double curvature = 0;
    double crude = Math.abs(slopes[channel]);
    for (int k = 0; k < harmonicCount; k++) {
      double w = 2 * Math.PI * multiples[channel * harmonicCount + k] / period;
      curvature += w * w * amplitude(channel, k);
      crude += w * amplitude(channel, k);
    }
    // Enough that the curvature adds a hundredth of the crude bound, where the most suffice.
    double wanted = 50 * curvature * (hi - lo) / Math.max(crude, Double.MIN_NORMAL);
    int pieces = (int) Math.min(Math.max(Math.ceil(wanted), 1), MAX_PIECES);
    double radius = (hi - lo) / (2 * pieces);
    double steepest = 0;
    for (int i = 0; i < pieces; i++) {
      double middle = lo + (2 * i + 1) * radius;
      steepest = Math.max(steepest, Math.abs(derivative(channel, middle, period)));
    }
    double local = steepest + curvature * radius * (1 + 0x1.0p-20);
    // Covers the roundings: fewer than 2^8 operations, and middles off by a few 2^-53 of the
    // interval's ends, which the 2^-20 covers where they matter.
    double end = Math.max(Math.abs(lo), Math.abs(hi));
    return Math.min(local, crude) + (crude + curvature * end) * 0x1.0p-44;
  }

  private double derivative(int channel, double y, double period) {
    double u = y / period;
    double sum = slopes[channel];
    for (int k = 0; k < harmonicCount; k++) {
      int at = channel * harmonicCount + k;
      double angle = angle(multiples[at], u);
      double w = 2 * Math.PI * multiples[at] / period;
      sum += w * (sines[at] * StrictMath.cos(angle) - cosines[at] * StrictMath.sin(angle));
    }
    return sum;
  }

  /** Returns how many bytes {@link #encode} writes. */
  public int encodedLengthBytes() {
    return Math.toIntExact(encodedLengthBytes(channelCount, harmonicCount));
  }

  private static long encodedLengthBytes(long channels, int harmonics) {
    long perChannel = 2L * Double.BYTES + harmonics * (Integer.BYTES + 2L * Double.BYTES);
    return HEADER_LENGTH_BYTES + channels * perChannel;
  }

  /**
   * Writes the canonical encoding: equal functions, and only those, have equal encodings. The
   * number of channels (4 bytes), K (1 byte), all multiples (4 bytes each), then constants, slopes,
   * cosines and sines as IEEE 754 doubles; big-endian whatever the buffer's order.
   */
  public void encode(ByteBuffer buffer) {
    ByteOrder order = buffer.order();
    buffer.order(ByteOrder.BIG_ENDIAN);
    buffer.putInt(channelCount).put((byte) harmonicCount);
    for (int multiple : multiples) {
      buffer.putInt(multiple);
    }
    buffer.order(order);
    EncodedDoubles.put(buffer, constants);
    EncodedDoubles.put(buffer, slopes);
    EncodedDoubles.put(buffer, cosines);
    EncodedDoubles.put(buffer, sines);
  }

  /**
   * Reads what {@link #encode} wrote. Memory is taken in proportion to the buffer's bytes, whatever
   * they say.
   *
   * @throws IllegalArgumentException if it is not an encoding, naming what is wrong
   */
  public static HarmonicFunction decode(ByteBuffer buffer) {
    ByteOrder order = buffer.order();
    buffer.order(ByteOrder.BIG_ENDIAN);
    try {
      requireRemaining(buffer, HEADER_LENGTH_BYTES);
      int channels = checkRange("channelCount", buffer.getInt(), 1, MAX_CHANNELS);
      int harmonics = checkRange("harmonicCount", buffer.get(), 0, MAX_HARMONICS);
      requireRemaining(buffer, encodedLengthBytes(channels, harmonics) - HEADER_LENGTH_BYTES);
      int entries = channels * harmonics;
      int[] multiples = new int[entries];
      for (int i = 0; i < entries; i++) {
        multiples[i] = buffer.getInt();
      }
      return new HarmonicFunction(
          channels,
          harmonics,
          multiples,
          EncodedDoubles.take(buffer, channels),
          EncodedDoubles.take(buffer, channels),
          EncodedDoubles.take(buffer, entries),
          EncodedDoubles.take(buffer, entries));
    } finally {
      buffer.order(order);
    }
  }

  private static void requireRemaining(ByteBuffer buffer, long lengthBytes) {
    if (buffer.remaining() < lengthBytes) {
      throw new IllegalArgumentException("encoded harmonic function is truncated");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HarmonicFunction that
        && channelCount == that.channelCount
        && harmonicCount == that.harmonicCount
        && Arrays.equals(multiples, that.multiples)
        && Arrays.equals(constants, that.constants)
        && Arrays.equals(slopes, that.slopes)
        && Arrays.equals(cosines, that.cosines)
        && Arrays.equals(sines, that.sines);
  }

  @Override
  public int hashCode() {
    int hash = 31 * channelCount + harmonicCount;
    hash = 31 * hash + Arrays.hashCode(multiples);
    hash = 31 * hash + Arrays.hashCode(constants);
    hash = 31 * hash + Arrays.hashCode(slopes);
    hash = 31 * hash + Arrays.hashCode(cosines);
    return 31 * hash + Arrays.hashCode(sines);
  }

  @Override
  public String toString() {
    return "HarmonicFunction[channels="
        + channelCount
        + ", harmonics="
        + harmonicCount
        + ", slope="
        + hasSlope
        + "]";
  }
}
