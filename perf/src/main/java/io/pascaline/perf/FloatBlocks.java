// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of {@link FloatGemm}: those of the integer kernel, with two fused
 * multiply-adds in place of a paired product.
 */
final class FloatBlocks {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final int LANES = FLOATS.length();
  static final int ROWS = 4;
  private static final Class<?> VECTOR = FLOATS.vectorType();

  private FloatBlocks() {}

  /** Packs a panel of two vectors of columns. */
  static void pack(float[] in, int at, int stride, int depth, float[] packed) {
    for (int k = 0; k < depth; k++) {
      int from = at + k * stride;
      store(FloatVector.fromArray(FLOATS, in, from), packed, k * 2 * LANES);
      store(FloatVector.fromArray(FLOATS, in, from + LANES), packed, k * 2 * LANES + LANES);
    }
  }

  /** Four rows by two vectors of columns. */
  static void rows4x2(
      float[] packed, int depth, float[] rows, int at, float[] out, int to, int stride) {
    FloatVector s00 = FloatVector.zero(FLOATS);
    FloatVector s01 = FloatVector.zero(FLOATS);
    FloatVector s10 = FloatVector.zero(FLOATS);
    FloatVector s11 = FloatVector.zero(FLOATS);
    FloatVector s20 = FloatVector.zero(FLOATS);
    FloatVector s21 = FloatVector.zero(FLOATS);
    FloatVector s30 = FloatVector.zero(FLOATS);
    FloatVector s31 = FloatVector.zero(FLOATS);
    for (int k = 0; k < depth; k++) {
      int p = k * 2 * LANES;
      int q = at + k * ROWS;
      FloatVector a0 = FloatVector.fromArray(FLOATS, packed, p);
      FloatVector a1 = FloatVector.fromArray(FLOATS, packed, p + LANES);
      FloatVector u0 = FloatVector.broadcast(FLOATS, rows[q]);
      s00 = u0.fma(a0, s00);
      s01 = u0.fma(a1, s01);
      FloatVector u1 = FloatVector.broadcast(FLOATS, rows[q + 1]);
      s10 = u1.fma(a0, s10);
      s11 = u1.fma(a1, s11);
      FloatVector u2 = FloatVector.broadcast(FLOATS, rows[q + 2]);
      s20 = u2.fma(a0, s20);
      s21 = u2.fma(a1, s21);
      FloatVector u3 = FloatVector.broadcast(FLOATS, rows[q + 3]);
      s30 = u3.fma(a0, s30);
      s31 = u3.fma(a1, s31);
    }
    store(s00, out, to);
    store(s01, out, to + LANES);
    store(s10, out, to + stride);
    store(s11, out, to + stride + LANES);
    store(s20, out, to + 2 * stride);
    store(s21, out, to + 2 * stride + LANES);
    store(s30, out, to + 3 * stride);
    store(s31, out, to + 3 * stride + LANES);
  }

  /** Four rows by one vector of columns. */
  static void rows4x1(
      float[] packed, int depth, float[] rows, int at, float[] out, int to, int stride) {
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = FloatVector.zero(FLOATS);
    FloatVector s2 = FloatVector.zero(FLOATS);
    FloatVector s3 = FloatVector.zero(FLOATS);
    for (int k = 0; k < depth; k++) {
      int q = at + k * ROWS;
      FloatVector a = FloatVector.fromArray(FLOATS, packed, k * LANES);
      s0 = FloatVector.broadcast(FLOATS, rows[q]).fma(a, s0);
      s1 = FloatVector.broadcast(FLOATS, rows[q + 1]).fma(a, s1);
      s2 = FloatVector.broadcast(FLOATS, rows[q + 2]).fma(a, s2);
      s3 = FloatVector.broadcast(FLOATS, rows[q + 3]).fma(a, s3);
    }
    store(s0, out, to);
    store(s1, out, to + stride);
    store(s2, out, to + 2 * stride);
    store(s3, out, to + 3 * stride);
  }

  /** Adds one or two vectors of products to the output. */
  static void add(float[] products, int at, int vectors, float[] out, int to) {
    for (int i = 0; i < vectors * LANES; i += LANES) {
      FloatVector old = FloatVector.fromArray(FLOATS, out, to + i);
      store(FloatVector.fromArray(FLOATS, products, at + i).add(old), out, to + i);
    }
  }

  private static void store(FloatVector vector, float[] out, int at) {
    ((FloatVector) VECTOR.cast(vector)).intoArray(out, at);
  }
}
