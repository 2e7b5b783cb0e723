// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

/**
 * Cosine and sine of multiples of a word's angle, where the ring is a whole turn: a word w and a
 * multiple m stand for the angle 2 pi m w / 2^32.
 *
 * <p>Without branch, table or step that depends on w, so the time does not tell a secret word; only
 * additions, multiplications and roundings to an integer, which every JVM rounds alike; over arrays
 * of doubles, so that the compiler can use vector instructions. Words are below 2^31 in magnitude
 * or equal, and multiples at most 2^20, so t = m w / 2^32 is exact, and so is its distance from the
 * nearest whole turn. With x = 2 pi (t - rint t) / 4, in [-pi/4, pi/4], cos x and sin x are Taylor
 * polynomials, and (cos x + i sin x)^4 is what is sought: two squarings.
 *
 * <p>Let u = 2^-53, and errors be absolute. x has one rounding and that of the constant: at most 2
 * u |x| &lt; 1.6 u. The polynomials omit less than (pi/4)^18 / 18! &lt; u / 50. The last addition
 * of each rounds to half a unit in the last place of a number below 1, which is u / 2; what it adds
 * is below 0.31 and has a relative error of at most 4 u (x, its square, and the polynomials' own
 * last steps), 1.3 u. With the error of x, both are below 4 u. Squaring takes (c, s) to ((c - s) (c
 * + s), 2 s c). For |c|, |s| &lt;= 1 + 64 u, errors of at most e become 2 |c| e + 2 |s| e &lt;=
 * 2.83 e, but for terms of e^2, and three roundings add 3 u at most. 4 u becomes 14.4 u and that
 * 43.8 u. {@link #MAX_ERROR} is 64 u.
 */
final class RingAngle {
  /** Bounds |computed - exact| of each cosine and sine. */
  static final double MAX_ERROR = 0x1.0p-47;

  /** A quarter of a whole turn. */
  private static final double QUARTER_TURN = Math.PI / 2;

  private static final double C2 = -1.0 / 2;
  private static final double C4 = 1.0 / 24;
  private static final double C6 = -1.0 / 720;
  private static final double C8 = 1.0 / 40320;
  private static final double C10 = -1.0 / 3628800;
  private static final double C12 = 1.0 / 479001600;
  private static final double C14 = -1.0 / 87178291200.0;
  private static final double C16 = 1.0 / 20922789888000.0;
  private static final double S3 = -1.0 / 6;
  private static final double S5 = 1.0 / 120;
  private static final double S7 = -1.0 / 5040;
  private static final double S9 = 1.0 / 362880;
  private static final double S11 = -1.0 / 39916800;
  private static final double S13 = 1.0 / 6227020800.0;
  private static final double S15 = -1.0 / 1307674368000.0;
  private static final double S17 = 1.0 / 355687428096000.0;

  private RingAngle() {}

  /**
   * Writes cosine and sine of the first {@code count} angles, each within {@link #MAX_ERROR}.
   *
   * @param words integers; converted once for all harmonics, as that takes as long as a polynomial
   * @param multiples integers
   */
  static void cosinesAndSines(
      double[] words, double[] multiples, double[] cosines, double[] sines, int count) {
    for (int i = 0; i < count; i++) {
      double turns = words[i] * multiples[i] * 0x1.0p-32;
      sines[i] = (turns - Math.rint(turns)) * QUARTER_TURN;
    }
    for (int i = 0; i < count; i++) {
      double z = sines[i] * sines[i];
      double tail = C10 + z * (C12 + z * (C14 + z * C16));
      cosines[i] = 1 + z * (C2 + z * (C4 + z * (C6 + z * (C8 + z * tail))));
    }
    for (int i = 0; i < count; i++) {
      double x = sines[i];
      double z = x * x;
      double tail = S11 + z * (S13 + z * (S15 + z * S17));
      sines[i] = x + x * (z * (S3 + z * (S5 + z * (S7 + z * (S9 + z * tail)))));
    }
    square(cosines, sines, count);
    square(cosines, sines, count);
  }

  /** Doubles every angle. */
  private static void square(double[] cosines, double[] sines, int count) {
    for (int i = 0; i < count; i++) {
      double c = cosines[i];
      double s = sines[i];
      cosines[i] = (c - s) * (c + s);
      sines[i] = (s + s) * c;
    }
  }
}
