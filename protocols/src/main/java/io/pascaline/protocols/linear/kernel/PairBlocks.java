// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of the paired inner product over a block of outputs held in registers.
 *
 * <p>With u, v the weights and a, b the input words of one pair, {@code u*a + v*b = (a + v)*(b + u)
 * - a*b - u*v}. The terms u*v are added up at pack time (xi) and the terms a*b once for all output
 * channels (eta), so a pair costs one multiplication and three additions instead of two and two.
 * Vector units multiply words at half the rate or less at which they add them, and the identity is
 * exact in any commutative ring. Source: S. Winograd, A New Algorithm for Inner Product, IEEE
 * Transactions on Computers C-17, 1968.
 *
 * <p>Weights of a block from {@code at}: for each pair a vector of u per output vector, then v; at
 * the end the negated xi. The loops are written out because only local variables stay in registers.
 * A sum is always the argument of an addition and never its receiver: with an object of unknown
 * class carried round the loop as receiver, JDK 17 now and then keeps it on the heap.
 */
final class PairBlocks {
  static final VectorSpecies<Integer> WORDS = IntVector.SPECIES_PREFERRED;
  static final int LANES = WORDS.length();

  /** Positions per block: eight sums keep the multipliers busy and fit 16 registers. */
  static final int POSITIONS = 4;

  /**
   * The class of all vectors. Before one is stored it is cast to it, which tells compilers what
   * they fail to infer: JDK 17 now and then stores lane by lane otherwise. Written out at every
   * store: a method for it is not inlined into loops as long as these, and a vector that is passed
   * to a method becomes an object.
   */
  static final Class<?> VECTOR = WORDS.vectorType();

  private PairBlocks() {}

  /**
   * Computes {@link #POSITIONS} positions by one or two vectors of outputs.
   *
   * @param n index of the first position in the panel's bases
   * @param shift added to every base
   * @param at start of the block's weights
   * @param vectors 1 or 2
   * @param outAt where the first position's outputs go
   * @param stride words from one position's outputs to the next one's
   */
  static void run(
      PairPanel panel, int n, int shift, int at, int vectors, int[] out, int outAt, int stride) {
    if (vectors == 2) {
      rows4x2(panel, n, shift, at, out, outAt, stride);
    } else {
      rows4x1(panel, n, shift, at, out, outAt, stride);
    }
  }

  /** 4 positions by 2 vectors of outputs. */
  static void rows4x2(PairPanel panel, int n, int shift, int at, int[] out, int outAt, int stride) {
    int[] in = panel.input;
    int[] offsets = panel.offsets;
    int[] w = panel.weights;
    int pairs = panel.pairs;
    int second = panel.second;
    int[] base = panel.base;
    int[] eta = panel.eta;
    int p0 = base[n + 0] + shift;
    int p1 = base[n + 1] + shift;
    int p2 = base[n + 2] + shift;
    int p3 = base[n + 3] + shift;
    int xi = at + pairs * 4 * LANES;
    IntVector s00 = IntVector.zero(WORDS);
    IntVector s01 = IntVector.zero(WORDS);
    IntVector s10 = IntVector.zero(WORDS);
    IntVector s11 = IntVector.zero(WORDS);
    IntVector s20 = IntVector.zero(WORDS);
    IntVector s21 = IntVector.zero(WORDS);
    IntVector s30 = IntVector.zero(WORDS);
    IntVector s31 = IntVector.zero(WORDS);
    for (int k = 0; k < pairs; k++) {
      int f = offsets[k];
      int g = f + second;
      int q = at + k * 4 * LANES;
      IntVector u0 = IntVector.fromArray(WORDS, w, q);
      IntVector u1 = IntVector.fromArray(WORDS, w, q + LANES);
      IntVector v0 = IntVector.fromArray(WORDS, w, q + 2 * LANES);
      IntVector v1 = IntVector.fromArray(WORDS, w, q + 3 * LANES);
      IntVector a0 = IntVector.broadcast(WORDS, in[p0 + f]);
      IntVector b0 = IntVector.broadcast(WORDS, in[p0 + g]);
      s00 = a0.add(v0).mul(b0.add(u0)).add(s00);
      s01 = a0.add(v1).mul(b0.add(u1)).add(s01);
      IntVector a1 = IntVector.broadcast(WORDS, in[p1 + f]);
      IntVector b1 = IntVector.broadcast(WORDS, in[p1 + g]);
      s10 = a1.add(v0).mul(b1.add(u0)).add(s10);
      s11 = a1.add(v1).mul(b1.add(u1)).add(s11);
      IntVector a2 = IntVector.broadcast(WORDS, in[p2 + f]);
      IntVector b2 = IntVector.broadcast(WORDS, in[p2 + g]);
      s20 = a2.add(v0).mul(b2.add(u0)).add(s20);
      s21 = a2.add(v1).mul(b2.add(u1)).add(s21);
      IntVector a3 = IntVector.broadcast(WORDS, in[p3 + f]);
      IntVector b3 = IntVector.broadcast(WORDS, in[p3 + g]);
      s30 = a3.add(v0).mul(b3.add(u0)).add(s30);
      s31 = a3.add(v1).mul(b3.add(u1)).add(s31);
    }
    IntVector x0 = IntVector.fromArray(WORDS, w, xi);
    IntVector x1 = IntVector.fromArray(WORDS, w, xi + LANES);
    IntVector e0 = IntVector.broadcast(WORDS, eta[n + 0]);
    ((IntVector) VECTOR.cast(x0.sub(e0).add(s00))).intoArray(out, outAt);
    ((IntVector) VECTOR.cast(x1.sub(e0).add(s01))).intoArray(out, outAt + LANES);
    IntVector e1 = IntVector.broadcast(WORDS, eta[n + 1]);
    ((IntVector) VECTOR.cast(x0.sub(e1).add(s10))).intoArray(out, outAt + stride);
    ((IntVector) VECTOR.cast(x1.sub(e1).add(s11))).intoArray(out, outAt + stride + LANES);
    IntVector e2 = IntVector.broadcast(WORDS, eta[n + 2]);
    ((IntVector) VECTOR.cast(x0.sub(e2).add(s20))).intoArray(out, outAt + 2 * stride);
    ((IntVector) VECTOR.cast(x1.sub(e2).add(s21))).intoArray(out, outAt + 2 * stride + LANES);
    IntVector e3 = IntVector.broadcast(WORDS, eta[n + 3]);
    ((IntVector) VECTOR.cast(x0.sub(e3).add(s30))).intoArray(out, outAt + 3 * stride);
    ((IntVector) VECTOR.cast(x1.sub(e3).add(s31))).intoArray(out, outAt + 3 * stride + LANES);
  }

  /** 4 positions by 1 vector of outputs. */
  static void rows4x1(PairPanel panel, int n, int shift, int at, int[] out, int outAt, int stride) {
    int[] in = panel.input;
    int[] offsets = panel.offsets;
    int[] w = panel.weights;
    int pairs = panel.pairs;
    int second = panel.second;
    int[] base = panel.base;
    int[] eta = panel.eta;
    int p0 = base[n + 0] + shift;
    int p1 = base[n + 1] + shift;
    int p2 = base[n + 2] + shift;
    int p3 = base[n + 3] + shift;
    int xi = at + pairs * 2 * LANES;
    IntVector s00 = IntVector.zero(WORDS);
    IntVector s10 = IntVector.zero(WORDS);
    IntVector s20 = IntVector.zero(WORDS);
    IntVector s30 = IntVector.zero(WORDS);
    for (int k = 0; k < pairs; k++) {
      int f = offsets[k];
      int g = f + second;
      int q = at + k * 2 * LANES;
      IntVector u0 = IntVector.fromArray(WORDS, w, q);
      IntVector v0 = IntVector.fromArray(WORDS, w, q + LANES);
      IntVector a0 = IntVector.broadcast(WORDS, in[p0 + f]);
      IntVector b0 = IntVector.broadcast(WORDS, in[p0 + g]);
      s00 = a0.add(v0).mul(b0.add(u0)).add(s00);
      IntVector a1 = IntVector.broadcast(WORDS, in[p1 + f]);
      IntVector b1 = IntVector.broadcast(WORDS, in[p1 + g]);
      s10 = a1.add(v0).mul(b1.add(u0)).add(s10);
      IntVector a2 = IntVector.broadcast(WORDS, in[p2 + f]);
      IntVector b2 = IntVector.broadcast(WORDS, in[p2 + g]);
      s20 = a2.add(v0).mul(b2.add(u0)).add(s20);
      IntVector a3 = IntVector.broadcast(WORDS, in[p3 + f]);
      IntVector b3 = IntVector.broadcast(WORDS, in[p3 + g]);
      s30 = a3.add(v0).mul(b3.add(u0)).add(s30);
    }
    IntVector x0 = IntVector.fromArray(WORDS, w, xi);
    IntVector e0 = IntVector.broadcast(WORDS, eta[n + 0]);
    ((IntVector) VECTOR.cast(x0.sub(e0).add(s00))).intoArray(out, outAt);
    IntVector e1 = IntVector.broadcast(WORDS, eta[n + 1]);
    ((IntVector) VECTOR.cast(x0.sub(e1).add(s10))).intoArray(out, outAt + stride);
    IntVector e2 = IntVector.broadcast(WORDS, eta[n + 2]);
    ((IntVector) VECTOR.cast(x0.sub(e2).add(s20))).intoArray(out, outAt + 2 * stride);
    IntVector e3 = IntVector.broadcast(WORDS, eta[n + 3]);
    ((IntVector) VECTOR.cast(x0.sub(e3).add(s30))).intoArray(out, outAt + 3 * stride);
  }
}
