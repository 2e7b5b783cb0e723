// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.activation;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A linear function with harmonics of a period P, w_k = 2 pi k / P:
 *
 * <pre>  f(y) = constant + slope y + sum over k = 1..K of cosine_k cos(w_k y) + sine_k sin(w_k y)
 * </pre>
 *
 * <p>By the addition theorems each harmonic needs two secret terms, cos(w_k r) and sin(w_k r), with
 * factors cosine_k cos(w_k c) + sine_k sin(w_k c) and cosine_k sin(w_k c) - sine_k cos(w_k c). A
 * slope other than zero adds one term, -slope r, with factor 1, which comes first. Immutable.
 *
 * <p>{@link StrictMath} reduces its argument in steps that depend on it, so the time that {@link
 * #secretTerm} takes may depend on r. Only the dealer, who draws r, calls it, in the offline phase,
 * and no message waits for it; polynomials do not have this property.
 */
public final class TrigonometricBasis implements ActivationBasis {
  /** The largest number of harmonics. */
  public static final int MAX_HARMONICS = 31;

  static final byte KIND = 2;

  private final double constant;
  private final double slope;
  private final double period;
  private final double[] cosines;
  private final double[] sines;

  /** w_k at k - 1: the function is defined by these doubles. */
  private final double[] frequencies;

  /** 1 if there is a term for the slope. */
  private final int slopeTerms;

  /**
   * Creates the function. Harmonics at the end of which both amplitudes are zero are dropped.
   *
   * @param period P, positive
   * @param cosines amplitudes of the cosines, first harmonic first
   * @param sines amplitudes of the sines, as many
   * @throws IllegalArgumentException if a number is not finite, the period is not positive, there
   *     are more than {@value #MAX_HARMONICS} harmonics, or the function is constant
   */
  public TrigonometricBasis(
      double constant, double slope, double period, double[] cosines, double[] sines) {
    if (cosines.length != sines.length || cosines.length > MAX_HARMONICS) {
      throw new IllegalArgumentException(
          "as many cosines as sines, at most "
              + MAX_HARMONICS
              + ": "
              + cosines.length
              + " and "
              + sines.length);
    }
    this.constant = EncodedDoubles.canonical("constant", constant);
    this.slope = EncodedDoubles.canonical("slope", slope);
    this.period = EncodedDoubles.canonical("period", period);
    if (!(period > 0)) {
      throw new IllegalArgumentException("period must be positive: " + period);
    }
    double[] c = EncodedDoubles.canonical("cosines", cosines);
    double[] s = EncodedDoubles.canonical("sines", sines);
    int count = c.length;
    while (count > 0 && c[count - 1] == 0 && s[count - 1] == 0) {
      count--;
    }
    if (count == 0 && slope == 0) {
      throw new IllegalArgumentException("a constant function is no activation");
    }
    this.cosines = Arrays.copyOf(c, count);
    this.sines = Arrays.copyOf(s, count);
    this.frequencies = new double[count];
    for (int k = 1; k <= count; k++) {
      frequencies[k - 1] = EncodedDoubles.canonical("frequency", 2 * Math.PI * k / period);
    }
    this.slopeTerms = slope == 0 ? 0 : 1;
  }

  /** Returns the number of harmonics. */
  public int harmonicCount() {
    return cosines.length;
  }

  /** Returns the period P. */
  public double period() {
    return period;
  }

  /** Returns the constant term. */
  public double constant() {
    return constant;
  }

  /** Returns the factor of y. */
  public double slope() {
    return slope;
  }

  /** Returns a copy of the amplitudes of the cosines, first harmonic first. */
  public double[] cosines() {
    return cosines.clone();
  }

  /** Returns a copy of the amplitudes of the sines, first harmonic first. */
  public double[] sines() {
    return sines.clone();
  }

  @Override
  public int termCount() {
    return slopeTerms + 2 * cosines.length;
  }

  @Override
  public boolean unitFactor(int term) {
    return term > 0 && term <= slopeTerms;
  }

  private int harmonicOf(int term) {
    int index = (term - slopeTerms - 1) / 2;
    if (term < 1 || index >= cosines.length) {
      throw new IllegalArgumentException("term must be 1 to " + termCount() + ": " + term);
    }
    return index;
  }

  private boolean isCosine(int term) {
    return ((term - slopeTerms) & 1) == 1;
  }

  @Override
  public double publicFactor(int term, double c) {
    if (term == 0) {
      return constant + slope * c;
    }
    if (unitFactor(term)) {
      return 1;
    }
    int k = harmonicOf(term);
    double angle = frequencies[k] * c;
    double cosine = StrictMath.cos(angle);
    double sine = StrictMath.sin(angle);
    return isCosine(term)
        ? cosines[k] * cosine + sines[k] * sine
        : cosines[k] * sine - sines[k] * cosine;
  }

  @Override
  public double secretTerm(int term, double r) {
    if (unitFactor(term)) {
      return -slope * r;
    }
    double angle = frequencies[harmonicOf(term)] * r;
    return isCosine(term) ? StrictMath.cos(angle) : StrictMath.sin(angle);
  }

  @Override
  public double maxPublicFactor(int term, double maxC) {
    if (term == 0) {
      return (Math.abs(constant) + Math.abs(slope) * maxC) * (1 + RoundingError.gamma(8));
    }
    return unitFactor(term) ? 1 : amplitude(harmonicOf(term));
  }

  @Override
  public double maxSecretTerm(int term, double maxR) {
    return unitFactor(term) ? Math.abs(slope) * maxR * (1 + RoundingError.gamma(4)) : 1;
  }

  @Override
  public double publicFactorError(int term, double maxC) {
    if (term == 0) {
      return RoundingError.gamma(3) * maxPublicFactor(0, maxC);
    }
    return unitFactor(term)
        ? 0
        : amplitude(harmonicOf(term)) * angleError(harmonicOf(term), maxC)
            + RoundingError.gamma(4) * amplitude(harmonicOf(term));
  }

  @Override
  public double secretTermError(int term, double maxR) {
    return unitFactor(term)
        ? RoundingError.gamma(2) * maxSecretTerm(term, maxR)
        : angleError(harmonicOf(term), maxR);
  }

  /**
   * Bounds the error of an angle. The angle is rounded once, and {@link StrictMath} is within one
   * unit in the last place, which is at most 2^-52.
   */
  private double angleError(int harmonic, double reach) {
    return RoundingError.gamma(2) * (frequencies[harmonic] * reach + 2);
  }

  private double amplitude(int harmonic) {
    return (Math.abs(cosines[harmonic]) + Math.abs(sines[harmonic])) * (1 + RoundingError.gamma(2));
  }

  @Override
  public double value(double y) {
    double sum = constant + slope * y;
    for (int k = 0; k < cosines.length; k++) {
      double angle = frequencies[k] * y;
      sum += cosines[k] * StrictMath.cos(angle) + sines[k] * StrictMath.sin(angle);
    }
    return sum;
  }

  /** Returns the bound of the linear part plus the amplitudes of all harmonics. */
  @Override
  public double maxValue(double maxY) {
    double sum = maxPublicFactor(0, maxY);
    for (int k = 0; k < cosines.length; k++) {
      // a cos x + b sin x reaches sqrt(a^2 + b^2); 4 roundings for computing one summand of f.
      sum += StrictMath.hypot(cosines[k], sines[k]) * (1 + RoundingError.gamma(8));
    }
    return sum * (1 + RoundingError.gamma(cosines.length + 4));
  }

  /**
   * Returns the derivative in the middle plus the largest second derivative, or the sum of
   * amplitudes.
   */
  @Override
  public double derivativeBound(double lo, double hi) {
    if (!(lo <= hi)) {
      throw new IllegalArgumentException("lo must not exceed hi: " + lo + " > " + hi);
    }
    double middle = lo + (hi - lo) / 2;
    double radius = Math.max(hi - middle, middle - lo);
    double derivative = slope;
    double curvature = 0;
    double crude = Math.abs(slope);
    double rounding = 0;
    for (int k = 0; k < cosines.length; k++) {
      double w = frequencies[k];
      double angle = w * middle;
      derivative += w * (sines[k] * StrictMath.cos(angle) - cosines[k] * StrictMath.sin(angle));
      curvature += w * w * amplitude(k);
      crude += w * amplitude(k);
      rounding += w * amplitude(k) * Math.abs(angle);
    }
    double local = Math.abs(derivative) + curvature * radius * (1 + 0x1.0p-40);
    return Math.min(local, crude) + (crude + rounding) * 0x1.0p-44;
  }

  @Override
  public int encodedLengthBytes() {
    return 2 + (3 + 2 * cosines.length) * Double.BYTES;
  }

  @Override
  public void encode(ByteBuffer buffer) {
    buffer.put(KIND).put((byte) cosines.length);
    EncodedDoubles.put(buffer, constant, slope, period);
    EncodedDoubles.put(buffer, cosines);
    EncodedDoubles.put(buffer, sines);
  }

  static TrigonometricBasis decodeBody(ByteBuffer buffer) {
    int count = buffer.get();
    if (count < 0 || count > MAX_HARMONICS) {
      throw new IllegalArgumentException(
          "a trigonometric basis cannot have " + count + " harmonics");
    }
    double[] scalars = EncodedDoubles.take(buffer, 3);
    double[] cosines = EncodedDoubles.take(buffer, count);
    double[] sines = EncodedDoubles.take(buffer, count);
    if (count > 0 && cosines[count - 1] == 0 && sines[count - 1] == 0) {
      throw new IllegalArgumentException("the last harmonic must not be zero");
    }
    return new TrigonometricBasis(scalars[0], scalars[1], scalars[2], cosines, sines);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TrigonometricBasis that
        && Double.compare(constant, that.constant) == 0
        && Double.compare(slope, that.slope) == 0
        && Double.compare(period, that.period) == 0
        && Arrays.equals(cosines, that.cosines)
        && Arrays.equals(sines, that.sines);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(
        new Object[] {constant, slope, period, Arrays.hashCode(cosines), Arrays.hashCode(sines)});
  }

  @Override
  public String toString() {
    return "TrigonometricBasis[constant="
        + constant
        + ", slope="
        + slope
        + ", period="
        + period
        + ", cosines="
        + Arrays.toString(cosines)
        + ", sines="
        + Arrays.toString(sines)
        + "]";
  }
}
