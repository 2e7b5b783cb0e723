// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link PanelBlocks} for 64-bit elements: four rows of the left-hand matrix by one or
 * two vectors of columns, as a paired inner product. Vector units multiply 64-bit elements at a
 * third of the rate at which they add them, or less, so halving the multiplications pays even more
 * here.
 */
final class DoubleWordBlocks {
  private static final VectorSpecies<Long> WORDS = LongVector.SPECIES_PREFERRED;
  static final int LANES = WORDS.length();

  /** Rows that lie together. */
  static final int ROWS = 4;

  /** The class of all vectors, for a cast before each store; see {@link PairBlocks#VECTOR}. */
  private static final Class<?> VECTOR = WORDS.vectorType();

  private DoubleWordBlocks() {}

  /** Elements of a panel: the pairs, then the sums of the products within them. */
  static int panelWords(int pairs, int vectors) {
    return (2 * pairs + 1) * vectors * LANES;
  }

  /** Elements of a block of rows. */
  static int rowWords(int pairs) {
    return (2 * pairs + 1) * ROWS;
  }

  /**
   * Four rows by two vectors of columns.
   *
   * @param packed panels
   * @param from where the panel lies
   * @param pairs of rows of the panel
   * @param rows blocks of rows
   * @param at where the block lies
   * @param out gets the products
   * @param to where the first row of products goes
   * @param stride elements from one row of products to the next
   */
  static void rows4x2(
      long[] packed, int from, int pairs, long[] rows, int at, long[] out, int to, int stride) {
    int eta = from + pairs * 4 * LANES;
    int xi = at + pairs * 2 * ROWS;
    LongVector e0 = LongVector.fromArray(WORDS, packed, eta);
    LongVector e1 = LongVector.fromArray(WORDS, packed, eta + LANES);
    LongVector x0 = LongVector.broadcast(WORDS, rows[xi]);
    LongVector s00 = x0.sub(e0);
    LongVector s01 = x0.sub(e1);
    LongVector x1 = LongVector.broadcast(WORDS, rows[xi + 1]);
    LongVector s10 = x1.sub(e0);
    LongVector s11 = x1.sub(e1);
    LongVector x2 = LongVector.broadcast(WORDS, rows[xi + 2]);
    LongVector s20 = x2.sub(e0);
    LongVector s21 = x2.sub(e1);
    LongVector x3 = LongVector.broadcast(WORDS, rows[xi + 3]);
    LongVector s30 = x3.sub(e0);
    LongVector s31 = x3.sub(e1);
    for (int k = 0; k < pairs; k++) {
      int p = from + k * 4 * LANES;
      int q = at + k * 2 * ROWS;
      LongVector a0 = LongVector.fromArray(WORDS, packed, p);
      LongVector a1 = LongVector.fromArray(WORDS, packed, p + LANES);
      LongVector b0 = LongVector.fromArray(WORDS, packed, p + 2 * LANES);
      LongVector b1 = LongVector.fromArray(WORDS, packed, p + 3 * LANES);
      LongVector u0 = LongVector.broadcast(WORDS, rows[q]);
      LongVector v0 = LongVector.broadcast(WORDS, rows[q + 4]);
      s00 = a0.add(v0).mul(b0.add(u0)).add(s00);
      s01 = a1.add(v0).mul(b1.add(u0)).add(s01);
      LongVector u1 = LongVector.broadcast(WORDS, rows[q + 1]);
      LongVector v1 = LongVector.broadcast(WORDS, rows[q + 5]);
      s10 = a0.add(v1).mul(b0.add(u1)).add(s10);
      s11 = a1.add(v1).mul(b1.add(u1)).add(s11);
      LongVector u2 = LongVector.broadcast(WORDS, rows[q + 2]);
      LongVector v2 = LongVector.broadcast(WORDS, rows[q + 6]);
      s20 = a0.add(v2).mul(b0.add(u2)).add(s20);
      s21 = a1.add(v2).mul(b1.add(u2)).add(s21);
      LongVector u3 = LongVector.broadcast(WORDS, rows[q + 3]);
      LongVector v3 = LongVector.broadcast(WORDS, rows[q + 7]);
      s30 = a0.add(v3).mul(b0.add(u3)).add(s30);
      s31 = a1.add(v3).mul(b1.add(u3)).add(s31);
    }
    ((LongVector) VECTOR.cast(s00)).intoArray(out, to);
    ((LongVector) VECTOR.cast(s01)).intoArray(out, to + LANES);
    ((LongVector) VECTOR.cast(s10)).intoArray(out, to + stride);
    ((LongVector) VECTOR.cast(s11)).intoArray(out, to + stride + LANES);
    ((LongVector) VECTOR.cast(s20)).intoArray(out, to + 2 * stride);
    ((LongVector) VECTOR.cast(s21)).intoArray(out, to + 2 * stride + LANES);
    ((LongVector) VECTOR.cast(s30)).intoArray(out, to + 3 * stride);
    ((LongVector) VECTOR.cast(s31)).intoArray(out, to + 3 * stride + LANES);
  }

  /** Four rows by one vector of columns. */
  static void rows4x1(
      long[] packed, int from, int pairs, long[] rows, int at, long[] out, int to, int stride) {
    int xi = at + pairs * 2 * ROWS;
    LongVector e = LongVector.fromArray(WORDS, packed, from + pairs * 2 * LANES);
    LongVector s0 = LongVector.broadcast(WORDS, rows[xi]).sub(e);
    LongVector s1 = LongVector.broadcast(WORDS, rows[xi + 1]).sub(e);
    LongVector s2 = LongVector.broadcast(WORDS, rows[xi + 2]).sub(e);
    LongVector s3 = LongVector.broadcast(WORDS, rows[xi + 3]).sub(e);
    for (int k = 0; k < pairs; k++) {
      int p = from + k * 2 * LANES;
      int q = at + k * 2 * ROWS;
      LongVector a = LongVector.fromArray(WORDS, packed, p);
      LongVector b = LongVector.fromArray(WORDS, packed, p + LANES);
      LongVector u0 = LongVector.broadcast(WORDS, rows[q]);
      LongVector v0 = LongVector.broadcast(WORDS, rows[q + 4]);
      s0 = a.add(v0).mul(b.add(u0)).add(s0);
      LongVector u1 = LongVector.broadcast(WORDS, rows[q + 1]);
      LongVector v1 = LongVector.broadcast(WORDS, rows[q + 5]);
      s1 = a.add(v1).mul(b.add(u1)).add(s1);
      LongVector u2 = LongVector.broadcast(WORDS, rows[q + 2]);
      LongVector v2 = LongVector.broadcast(WORDS, rows[q + 6]);
      s2 = a.add(v2).mul(b.add(u2)).add(s2);
      LongVector u3 = LongVector.broadcast(WORDS, rows[q + 3]);
      LongVector v3 = LongVector.broadcast(WORDS, rows[q + 7]);
      s3 = a.add(v3).mul(b.add(u3)).add(s3);
    }
    ((LongVector) VECTOR.cast(s0)).intoArray(out, to);
    ((LongVector) VECTOR.cast(s1)).intoArray(out, to + stride);
    ((LongVector) VECTOR.cast(s2)).intoArray(out, to + 2 * stride);
    ((LongVector) VECTOR.cast(s3)).intoArray(out, to + 3 * stride);
  }

  /** Adds up the products within the pairs of a panel, for one of its vectors of columns. */
  static void addPairs(long[] packed, int from, int pairs, int vectors, int vector) {
    int step = vectors * LANES;
    int at = from + vector * LANES;
    LongVector sum = LongVector.zero(WORDS);
    for (int k = 0; k < pairs; k++) {
      LongVector a = LongVector.fromArray(WORDS, packed, at + 2 * k * step);
      LongVector b = LongVector.fromArray(WORDS, packed, at + (2 * k + 1) * step);
      sum = a.mul(b).add(sum);
    }
    ((LongVector) VECTOR.cast(sum)).intoArray(packed, at + 2 * pairs * step);
  }
}
