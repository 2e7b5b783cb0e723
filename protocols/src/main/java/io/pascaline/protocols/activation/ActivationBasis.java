// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.activation;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * An activation function f together with a way to compute f(c - r) from a public c and a secret r:
 *
 * <pre>  f(c - r) = g_0(c) + sum over j = 1..n of g_j(c) * h_j(r)</pre>
 *
 * with public factors g_j and secret terms h_j. Public, immutable, thread-safe.
 *
 * <p>Both parties must get the same bits from the public factors, so implementations use only
 * operations that every JVM rounds alike: the four operations, {@link StrictMath}, no fused
 * multiply-add. The methods for arrays give the same bits as those for single values.
 */
public sealed interface ActivationBasis permits PolynomialBasis, TrigonometricBasis {
  /** Returns n, the number of secret terms. */
  int termCount();

  /** Returns whether g_j(c) = 1 for every c; then h_j carries the coefficient. */
  boolean unitFactor(int term);

  /**
   * Returns g_j(c).
   *
   * @param term j, from 0 to {@link #termCount}
   */
  double publicFactor(int term, double c);

  /** Writes g_j(c[i]) to {@code out[i]} for the first {@code count} elements. */
  default void publicFactors(int term, double[] c, double[] out, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = publicFactor(term, c[i]);
    }
  }

  /**
   * Returns h_j(r).
   *
   * @param term j, from 1 to {@link #termCount}
   */
  double secretTerm(int term, double r);

  /** Writes h_j(r[i]) to {@code out[i]} for the first {@code count} elements. */
  default void secretTerms(int term, double[] r, double[] out, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = secretTerm(term, r[i]);
    }
  }

  /** Returns an upper bound of |g_j(c)| over |c| &lt;= maxC. */
  double maxPublicFactor(int term, double maxC);

  /** Returns an upper bound of |h_j(r)| over |r| &lt;= maxR. */
  double maxSecretTerm(int term, double maxR);

  /** Returns an upper bound of the rounding error of {@link #publicFactor} over |c| &lt;= maxC. */
  double publicFactorError(int term, double maxC);

  /** Returns an upper bound of the rounding error of {@link #secretTerm} over |r| &lt;= maxR. */
  double secretTermError(int term, double maxR);

  /** Returns f(y). */
  double value(double y);

  /**
   * Returns an upper bound of |f(y)| over |y| &lt;= maxY. Not that of g_0 in general, which may be
   * a part of f only.
   */
  double maxValue(double maxY);

  /** Returns an upper bound of |f'(y)| over lo &lt;= y &lt;= hi. */
  double derivativeBound(double lo, double hi);

  /** Returns how many bytes {@link #encode} writes. */
  int encodedLengthBytes();

  /**
   * Writes the canonical encoding: equal bases, and only those, have equal encodings. A kind byte,
   * a count byte, then IEEE 754 doubles, big-endian whatever the buffer's order.
   */
  void encode(ByteBuffer buffer);

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it is not an encoding, naming what is wrong
   */
  static ActivationBasis decode(ByteBuffer buffer) {
    try {
      byte kind = buffer.get();
      if (kind == PolynomialBasis.KIND) {
        return PolynomialBasis.decodeBody(buffer);
      }
      if (kind == TrigonometricBasis.KIND) {
        return TrigonometricBasis.decodeBody(buffer);
      }
      throw new IllegalArgumentException("unknown kind of activation basis: " + kind);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("encoded activation basis is truncated", e);
    }
  }
}
