// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of a matrix product with columns in the vector lanes: packing a panel of the
 * right-hand matrix, and the paired inner product (see {@link PairBlocks}) of a panel with a few
 * rows of the left-hand matrix.
 *
 * <p>A panel of {@code vectors} vectors of columns lies pair after pair: the first row's vectors,
 * then the second row's; at the end the sums of the products within the pairs. {@link #ROWS} rows
 * of the left-hand matrix lie together: for each pair the first words of all rows, then the second
 * words; at the end the negated sums of the products within the pairs.
 */
final class PanelBlocks {
  private static final VectorSpecies<Integer> WORDS = IntVector.SPECIES_PREFERRED;
  static final int LANES = WORDS.length();

  /** Rows that lie together: four by two vectors of columns are eight sums, for 16 registers. */
  static final int ROWS = 4;

  private PanelBlocks() {}

  /** Words of a panel. */
  static int panelWords(int pairs, int vectors) {
    return (2 * pairs + 1) * vectors * LANES;
  }

  /** Words of a block of rows. */
  static int rowWords(int pairs) {
    return (2 * pairs + 1) * ROWS;
  }

  /**
   * Four rows by two vectors of columns.
   *
   * @param packed the panel
   * @param pairs of rows of the panel
   * @param rows blocks of rows
   * @param at where the block lies
   * @param out gets the products
   * @param to where the first row of products goes
   * @param stride words from one row of products to the next
   */
  static void rows4x2(int[] packed, int pairs, int[] rows, int at, int[] out, int to, int stride) {
    int last = at + pairs * 2 * ROWS;
    IntVector e0 = IntVector.fromArray(WORDS, packed, pairs * 4 * LANES);
    IntVector e1 = IntVector.fromArray(WORDS, packed, pairs * 4 * LANES + LANES);
    IntVector x0 = IntVector.broadcast(WORDS, rows[last]);
    IntVector s00 = x0.sub(e0);
    IntVector s01 = x0.sub(e1);
    IntVector x1 = IntVector.broadcast(WORDS, rows[last + 1]);
    IntVector s10 = x1.sub(e0);
    IntVector s11 = x1.sub(e1);
    IntVector x2 = IntVector.broadcast(WORDS, rows[last + 2]);
    IntVector s20 = x2.sub(e0);
    IntVector s21 = x2.sub(e1);
    IntVector x3 = IntVector.broadcast(WORDS, rows[last + 3]);
    IntVector s30 = x3.sub(e0);
    IntVector s31 = x3.sub(e1);
    for (int k = 0; k < pairs; k++) {
      int p = k * 4 * LANES;
      int q = at + k * 2 * ROWS;
      IntVector a0 = IntVector.fromArray(WORDS, packed, p);
      IntVector a1 = IntVector.fromArray(WORDS, packed, p + LANES);
      IntVector b0 = IntVector.fromArray(WORDS, packed, p + 2 * LANES);
      IntVector b1 = IntVector.fromArray(WORDS, packed, p + 3 * LANES);
      IntVector u0 = IntVector.broadcast(WORDS, rows[q]);
      IntVector v0 = IntVector.broadcast(WORDS, rows[q + 4]);
      s00 = a0.add(v0).mul(b0.add(u0)).add(s00);
      s01 = a1.add(v0).mul(b1.add(u0)).add(s01);
      IntVector u1 = IntVector.broadcast(WORDS, rows[q + 1]);
      IntVector v1 = IntVector.broadcast(WORDS, rows[q + 5]);
      s10 = a0.add(v1).mul(b0.add(u1)).add(s10);
      s11 = a1.add(v1).mul(b1.add(u1)).add(s11);
      IntVector u2 = IntVector.broadcast(WORDS, rows[q + 2]);
      IntVector v2 = IntVector.broadcast(WORDS, rows[q + 6]);
      s20 = a0.add(v2).mul(b0.add(u2)).add(s20);
      s21 = a1.add(v2).mul(b1.add(u2)).add(s21);
      IntVector u3 = IntVector.broadcast(WORDS, rows[q + 3]);
      IntVector v3 = IntVector.broadcast(WORDS, rows[q + 7]);
      s30 = a0.add(v3).mul(b0.add(u3)).add(s30);
      s31 = a1.add(v3).mul(b1.add(u3)).add(s31);
    }
    ((IntVector) PairBlocks.VECTOR.cast(s00)).intoArray(out, to);
    ((IntVector) PairBlocks.VECTOR.cast(s01)).intoArray(out, to + LANES);
    ((IntVector) PairBlocks.VECTOR.cast(s10)).intoArray(out, to + stride);
    ((IntVector) PairBlocks.VECTOR.cast(s11)).intoArray(out, to + stride + LANES);
    ((IntVector) PairBlocks.VECTOR.cast(s20)).intoArray(out, to + 2 * stride);
    ((IntVector) PairBlocks.VECTOR.cast(s21)).intoArray(out, to + 2 * stride + LANES);
    ((IntVector) PairBlocks.VECTOR.cast(s30)).intoArray(out, to + 3 * stride);
    ((IntVector) PairBlocks.VECTOR.cast(s31)).intoArray(out, to + 3 * stride + LANES);
  }

  /** Four rows by one vector of columns. */
  static void rows4x1(int[] packed, int pairs, int[] rows, int at, int[] out, int to, int stride) {
    int last = at + pairs * 2 * ROWS;
    IntVector e = IntVector.fromArray(WORDS, packed, pairs * 2 * LANES);
    IntVector s0 = IntVector.broadcast(WORDS, rows[last]).sub(e);
    IntVector s1 = IntVector.broadcast(WORDS, rows[last + 1]).sub(e);
    IntVector s2 = IntVector.broadcast(WORDS, rows[last + 2]).sub(e);
    IntVector s3 = IntVector.broadcast(WORDS, rows[last + 3]).sub(e);
    for (int k = 0; k < pairs; k++) {
      int q = at + k * 2 * ROWS;
      IntVector a = IntVector.fromArray(WORDS, packed, k * 2 * LANES);
      IntVector b = IntVector.fromArray(WORDS, packed, k * 2 * LANES + LANES);
      IntVector u0 = IntVector.broadcast(WORDS, rows[q]);
      IntVector v0 = IntVector.broadcast(WORDS, rows[q + 4]);
      s0 = a.add(v0).mul(b.add(u0)).add(s0);
      IntVector u1 = IntVector.broadcast(WORDS, rows[q + 1]);
      IntVector v1 = IntVector.broadcast(WORDS, rows[q + 5]);
      s1 = a.add(v1).mul(b.add(u1)).add(s1);
      IntVector u2 = IntVector.broadcast(WORDS, rows[q + 2]);
      IntVector v2 = IntVector.broadcast(WORDS, rows[q + 6]);
      s2 = a.add(v2).mul(b.add(u2)).add(s2);
      IntVector u3 = IntVector.broadcast(WORDS, rows[q + 3]);
      IntVector v3 = IntVector.broadcast(WORDS, rows[q + 7]);
      s3 = a.add(v3).mul(b.add(u3)).add(s3);
    }
    ((IntVector) PairBlocks.VECTOR.cast(s0)).intoArray(out, to);
    ((IntVector) PairBlocks.VECTOR.cast(s1)).intoArray(out, to + stride);
    ((IntVector) PairBlocks.VECTOR.cast(s2)).intoArray(out, to + 2 * stride);
    ((IntVector) PairBlocks.VECTOR.cast(s3)).intoArray(out, to + 3 * stride);
  }

  /** Packs a panel of two vectors of columns. */
  static void pack(int[] in, int at, int stride, int pairs, int[] packed) {
    IntVector sum0 = IntVector.zero(WORDS);
    IntVector sum1 = IntVector.zero(WORDS);
    for (int k = 0; k < pairs; k++) {
      int from = at + 2 * k * stride;
      int p = k * 4 * LANES;
      IntVector a0 = IntVector.fromArray(WORDS, in, from);
      IntVector a1 = IntVector.fromArray(WORDS, in, from + LANES);
      IntVector b0 = IntVector.fromArray(WORDS, in, from + stride);
      IntVector b1 = IntVector.fromArray(WORDS, in, from + stride + LANES);
      ((IntVector) PairBlocks.VECTOR.cast(a0)).intoArray(packed, p);
      ((IntVector) PairBlocks.VECTOR.cast(a1)).intoArray(packed, p + LANES);
      ((IntVector) PairBlocks.VECTOR.cast(b0)).intoArray(packed, p + 2 * LANES);
      ((IntVector) PairBlocks.VECTOR.cast(b1)).intoArray(packed, p + 3 * LANES);
      sum0 = a0.mul(b0).add(sum0);
      sum1 = a1.mul(b1).add(sum1);
    }
    ((IntVector) PairBlocks.VECTOR.cast(sum0)).intoArray(packed, pairs * 4 * LANES);
    ((IntVector) PairBlocks.VECTOR.cast(sum1)).intoArray(packed, pairs * 4 * LANES + LANES);
  }

  /** Adds one or two vectors of products to the output. */
  static void add(int[] products, int at, int vectors, int[] out, int to) {
    for (int i = 0; i < vectors * LANES; i += LANES) {
      IntVector old = IntVector.fromArray(WORDS, out, to + i);
      ((IntVector) PairBlocks.VECTOR.cast(IntVector.fromArray(WORDS, products, at + i).add(old)))
          .intoArray(out, to + i);
    }
  }
}
