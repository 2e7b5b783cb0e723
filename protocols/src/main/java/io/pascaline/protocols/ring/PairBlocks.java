package io.pascaline.protocols.ring;

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
 * the end the negated xi. The loops are written out because only local variables stay in registers,
 * and are static methods because compilers inline and unbox those reliably.
 */
final class PairBlocks {
  static final VectorSpecies<Integer> WORDS = IntVector.SPECIES_PREFERRED;
  static final int LANES = WORDS.length();

  /** Positions per block: eight sums of two vectors fit 32 registers, four fit 16. */
  static final int POSITIONS = WORDS.vectorBitSize() == 256 ? 4 : 8;

  private PairBlocks() {}

  /**
   * Computes up to {@link #POSITIONS} positions by one or two vectors of outputs.
   *
   * @param n index of the first position in the panel's bases.
   * @param used positions wanted; rows behind them may be overwritten as well.
   * @param shift added to every base.
   * @param at start of the block's weights.
   * @param vectors 1 or 2.
   * @param outAt where the first position's outputs go.
   * @param stride words from one position's outputs to the next one's.
   */
  static void run(
      PairPanel panel,
      int n,
      int used,
      int shift,
      int at,
      int vectors,
      int[] out,
      int outAt,
      int stride) {
    final boolean four = POSITIONS == 4 || used <= 4;
    if (vectors == 2) {
      if (four) {
        rows4x2(panel, n, shift, at, out, outAt, stride);
      } else {
        rows8x2(panel, n, shift, at, out, outAt, stride);
      }
    } else if (four) {
      rows4x1(panel, n, shift, at, out, outAt, stride);
    } else {
      rows8x1(panel, n, shift, at, out, outAt, stride);
    }
  }

  /** 8 positions by 2 vectors of outputs. */
  static void rows8x2(PairPanel panel, int n, int shift, int at, int[] out, int outAt, int stride) {
    final int[] in = panel.input;
    final int[] offsets = panel.offsets;
    final int[] w = panel.weights;
    final int pairs = panel.pairs;
    final int second = panel.second;
    final int[] base = panel.base;
    final int[] eta = panel.eta;
    final int p0 = base[n + 0] + shift;
    final int p1 = base[n + 1] + shift;
    final int p2 = base[n + 2] + shift;
    final int p3 = base[n + 3] + shift;
    final int p4 = base[n + 4] + shift;
    final int p5 = base[n + 5] + shift;
    final int p6 = base[n + 6] + shift;
    final int p7 = base[n + 7] + shift;
    final int xi = at + pairs * 4 * LANES;
    final IntVector x0 = IntVector.fromArray(WORDS, w, xi);
    final IntVector x1 = IntVector.fromArray(WORDS, w, xi + LANES);
    IntVector s00 = x0.sub(eta[n + 0]);
    IntVector s01 = x1.sub(eta[n + 0]);
    IntVector s10 = x0.sub(eta[n + 1]);
    IntVector s11 = x1.sub(eta[n + 1]);
    IntVector s20 = x0.sub(eta[n + 2]);
    IntVector s21 = x1.sub(eta[n + 2]);
    IntVector s30 = x0.sub(eta[n + 3]);
    IntVector s31 = x1.sub(eta[n + 3]);
    IntVector s40 = x0.sub(eta[n + 4]);
    IntVector s41 = x1.sub(eta[n + 4]);
    IntVector s50 = x0.sub(eta[n + 5]);
    IntVector s51 = x1.sub(eta[n + 5]);
    IntVector s60 = x0.sub(eta[n + 6]);
    IntVector s61 = x1.sub(eta[n + 6]);
    IntVector s70 = x0.sub(eta[n + 7]);
    IntVector s71 = x1.sub(eta[n + 7]);
    for (int k = 0; k < pairs; k++) {
      final int f = offsets[k];
      final int g = f + second;
      final int q = at + k * 4 * LANES;
      final IntVector u0 = IntVector.fromArray(WORDS, w, q);
      final IntVector u1 = IntVector.fromArray(WORDS, w, q + LANES);
      final IntVector v0 = IntVector.fromArray(WORDS, w, q + 2 * LANES);
      final IntVector v1 = IntVector.fromArray(WORDS, w, q + 3 * LANES);
      final IntVector a0 = IntVector.broadcast(WORDS, in[p0 + f]);
      final IntVector b0 = IntVector.broadcast(WORDS, in[p0 + g]);
      s00 = s00.add(a0.add(v0).mul(b0.add(u0)));
      s01 = s01.add(a0.add(v1).mul(b0.add(u1)));
      final IntVector a1 = IntVector.broadcast(WORDS, in[p1 + f]);
      final IntVector b1 = IntVector.broadcast(WORDS, in[p1 + g]);
      s10 = s10.add(a1.add(v0).mul(b1.add(u0)));
      s11 = s11.add(a1.add(v1).mul(b1.add(u1)));
      final IntVector a2 = IntVector.broadcast(WORDS, in[p2 + f]);
      final IntVector b2 = IntVector.broadcast(WORDS, in[p2 + g]);
      s20 = s20.add(a2.add(v0).mul(b2.add(u0)));
      s21 = s21.add(a2.add(v1).mul(b2.add(u1)));
      final IntVector a3 = IntVector.broadcast(WORDS, in[p3 + f]);
      final IntVector b3 = IntVector.broadcast(WORDS, in[p3 + g]);
      s30 = s30.add(a3.add(v0).mul(b3.add(u0)));
      s31 = s31.add(a3.add(v1).mul(b3.add(u1)));
      final IntVector a4 = IntVector.broadcast(WORDS, in[p4 + f]);
      final IntVector b4 = IntVector.broadcast(WORDS, in[p4 + g]);
      s40 = s40.add(a4.add(v0).mul(b4.add(u0)));
      s41 = s41.add(a4.add(v1).mul(b4.add(u1)));
      final IntVector a5 = IntVector.broadcast(WORDS, in[p5 + f]);
      final IntVector b5 = IntVector.broadcast(WORDS, in[p5 + g]);
      s50 = s50.add(a5.add(v0).mul(b5.add(u0)));
      s51 = s51.add(a5.add(v1).mul(b5.add(u1)));
      final IntVector a6 = IntVector.broadcast(WORDS, in[p6 + f]);
      final IntVector b6 = IntVector.broadcast(WORDS, in[p6 + g]);
      s60 = s60.add(a6.add(v0).mul(b6.add(u0)));
      s61 = s61.add(a6.add(v1).mul(b6.add(u1)));
      final IntVector a7 = IntVector.broadcast(WORDS, in[p7 + f]);
      final IntVector b7 = IntVector.broadcast(WORDS, in[p7 + g]);
      s70 = s70.add(a7.add(v0).mul(b7.add(u0)));
      s71 = s71.add(a7.add(v1).mul(b7.add(u1)));
    }
    s00.intoArray(out, outAt);
    s01.intoArray(out, outAt + LANES);
    s10.intoArray(out, outAt + stride);
    s11.intoArray(out, outAt + stride + LANES);
    s20.intoArray(out, outAt + 2 * stride);
    s21.intoArray(out, outAt + 2 * stride + LANES);
    s30.intoArray(out, outAt + 3 * stride);
    s31.intoArray(out, outAt + 3 * stride + LANES);
    s40.intoArray(out, outAt + 4 * stride);
    s41.intoArray(out, outAt + 4 * stride + LANES);
    s50.intoArray(out, outAt + 5 * stride);
    s51.intoArray(out, outAt + 5 * stride + LANES);
    s60.intoArray(out, outAt + 6 * stride);
    s61.intoArray(out, outAt + 6 * stride + LANES);
    s70.intoArray(out, outAt + 7 * stride);
    s71.intoArray(out, outAt + 7 * stride + LANES);
  }

  /** 8 positions by 1 vector of outputs. */
  static void rows8x1(PairPanel panel, int n, int shift, int at, int[] out, int outAt, int stride) {
    final int[] in = panel.input;
    final int[] offsets = panel.offsets;
    final int[] w = panel.weights;
    final int pairs = panel.pairs;
    final int second = panel.second;
    final int[] base = panel.base;
    final int[] eta = panel.eta;
    final int p0 = base[n + 0] + shift;
    final int p1 = base[n + 1] + shift;
    final int p2 = base[n + 2] + shift;
    final int p3 = base[n + 3] + shift;
    final int p4 = base[n + 4] + shift;
    final int p5 = base[n + 5] + shift;
    final int p6 = base[n + 6] + shift;
    final int p7 = base[n + 7] + shift;
    final int xi = at + pairs * 2 * LANES;
    final IntVector x0 = IntVector.fromArray(WORDS, w, xi);
    IntVector s00 = x0.sub(eta[n + 0]);
    IntVector s10 = x0.sub(eta[n + 1]);
    IntVector s20 = x0.sub(eta[n + 2]);
    IntVector s30 = x0.sub(eta[n + 3]);
    IntVector s40 = x0.sub(eta[n + 4]);
    IntVector s50 = x0.sub(eta[n + 5]);
    IntVector s60 = x0.sub(eta[n + 6]);
    IntVector s70 = x0.sub(eta[n + 7]);
    for (int k = 0; k < pairs; k++) {
      final int f = offsets[k];
      final int g = f + second;
      final int q = at + k * 2 * LANES;
      final IntVector u0 = IntVector.fromArray(WORDS, w, q);
      final IntVector v0 = IntVector.fromArray(WORDS, w, q + LANES);
      final IntVector a0 = IntVector.broadcast(WORDS, in[p0 + f]);
      final IntVector b0 = IntVector.broadcast(WORDS, in[p0 + g]);
      s00 = s00.add(a0.add(v0).mul(b0.add(u0)));
      final IntVector a1 = IntVector.broadcast(WORDS, in[p1 + f]);
      final IntVector b1 = IntVector.broadcast(WORDS, in[p1 + g]);
      s10 = s10.add(a1.add(v0).mul(b1.add(u0)));
      final IntVector a2 = IntVector.broadcast(WORDS, in[p2 + f]);
      final IntVector b2 = IntVector.broadcast(WORDS, in[p2 + g]);
      s20 = s20.add(a2.add(v0).mul(b2.add(u0)));
      final IntVector a3 = IntVector.broadcast(WORDS, in[p3 + f]);
      final IntVector b3 = IntVector.broadcast(WORDS, in[p3 + g]);
      s30 = s30.add(a3.add(v0).mul(b3.add(u0)));
      final IntVector a4 = IntVector.broadcast(WORDS, in[p4 + f]);
      final IntVector b4 = IntVector.broadcast(WORDS, in[p4 + g]);
      s40 = s40.add(a4.add(v0).mul(b4.add(u0)));
      final IntVector a5 = IntVector.broadcast(WORDS, in[p5 + f]);
      final IntVector b5 = IntVector.broadcast(WORDS, in[p5 + g]);
      s50 = s50.add(a5.add(v0).mul(b5.add(u0)));
      final IntVector a6 = IntVector.broadcast(WORDS, in[p6 + f]);
      final IntVector b6 = IntVector.broadcast(WORDS, in[p6 + g]);
      s60 = s60.add(a6.add(v0).mul(b6.add(u0)));
      final IntVector a7 = IntVector.broadcast(WORDS, in[p7 + f]);
      final IntVector b7 = IntVector.broadcast(WORDS, in[p7 + g]);
      s70 = s70.add(a7.add(v0).mul(b7.add(u0)));
    }
    s00.intoArray(out, outAt);
    s10.intoArray(out, outAt + stride);
    s20.intoArray(out, outAt + 2 * stride);
    s30.intoArray(out, outAt + 3 * stride);
    s40.intoArray(out, outAt + 4 * stride);
    s50.intoArray(out, outAt + 5 * stride);
    s60.intoArray(out, outAt + 6 * stride);
    s70.intoArray(out, outAt + 7 * stride);
  }

  /** 4 positions by 2 vectors of outputs. */
  static void rows4x2(PairPanel panel, int n, int shift, int at, int[] out, int outAt, int stride) {
    final int[] in = panel.input;
    final int[] offsets = panel.offsets;
    final int[] w = panel.weights;
    final int pairs = panel.pairs;
    final int second = panel.second;
    final int[] base = panel.base;
    final int[] eta = panel.eta;
    final int p0 = base[n + 0] + shift;
    final int p1 = base[n + 1] + shift;
    final int p2 = base[n + 2] + shift;
    final int p3 = base[n + 3] + shift;
    final int xi = at + pairs * 4 * LANES;
    final IntVector x0 = IntVector.fromArray(WORDS, w, xi);
    final IntVector x1 = IntVector.fromArray(WORDS, w, xi + LANES);
    IntVector s00 = x0.sub(eta[n + 0]);
    IntVector s01 = x1.sub(eta[n + 0]);
    IntVector s10 = x0.sub(eta[n + 1]);
    IntVector s11 = x1.sub(eta[n + 1]);
    IntVector s20 = x0.sub(eta[n + 2]);
    IntVector s21 = x1.sub(eta[n + 2]);
    IntVector s30 = x0.sub(eta[n + 3]);
    IntVector s31 = x1.sub(eta[n + 3]);
    for (int k = 0; k < pairs; k++) {
      final int f = offsets[k];
      final int g = f + second;
      final int q = at + k * 4 * LANES;
      final IntVector u0 = IntVector.fromArray(WORDS, w, q);
      final IntVector u1 = IntVector.fromArray(WORDS, w, q + LANES);
      final IntVector v0 = IntVector.fromArray(WORDS, w, q + 2 * LANES);
      final IntVector v1 = IntVector.fromArray(WORDS, w, q + 3 * LANES);
      final IntVector a0 = IntVector.broadcast(WORDS, in[p0 + f]);
      final IntVector b0 = IntVector.broadcast(WORDS, in[p0 + g]);
      s00 = s00.add(a0.add(v0).mul(b0.add(u0)));
      s01 = s01.add(a0.add(v1).mul(b0.add(u1)));
      final IntVector a1 = IntVector.broadcast(WORDS, in[p1 + f]);
      final IntVector b1 = IntVector.broadcast(WORDS, in[p1 + g]);
      s10 = s10.add(a1.add(v0).mul(b1.add(u0)));
      s11 = s11.add(a1.add(v1).mul(b1.add(u1)));
      final IntVector a2 = IntVector.broadcast(WORDS, in[p2 + f]);
      final IntVector b2 = IntVector.broadcast(WORDS, in[p2 + g]);
      s20 = s20.add(a2.add(v0).mul(b2.add(u0)));
      s21 = s21.add(a2.add(v1).mul(b2.add(u1)));
      final IntVector a3 = IntVector.broadcast(WORDS, in[p3 + f]);
      final IntVector b3 = IntVector.broadcast(WORDS, in[p3 + g]);
      s30 = s30.add(a3.add(v0).mul(b3.add(u0)));
      s31 = s31.add(a3.add(v1).mul(b3.add(u1)));
    }
    s00.intoArray(out, outAt);
    s01.intoArray(out, outAt + LANES);
    s10.intoArray(out, outAt + stride);
    s11.intoArray(out, outAt + stride + LANES);
    s20.intoArray(out, outAt + 2 * stride);
    s21.intoArray(out, outAt + 2 * stride + LANES);
    s30.intoArray(out, outAt + 3 * stride);
    s31.intoArray(out, outAt + 3 * stride + LANES);
  }

  /** 4 positions by 1 vector of outputs. */
  static void rows4x1(PairPanel panel, int n, int shift, int at, int[] out, int outAt, int stride) {
    final int[] in = panel.input;
    final int[] offsets = panel.offsets;
    final int[] w = panel.weights;
    final int pairs = panel.pairs;
    final int second = panel.second;
    final int[] base = panel.base;
    final int[] eta = panel.eta;
    final int p0 = base[n + 0] + shift;
    final int p1 = base[n + 1] + shift;
    final int p2 = base[n + 2] + shift;
    final int p3 = base[n + 3] + shift;
    final int xi = at + pairs * 2 * LANES;
    final IntVector x0 = IntVector.fromArray(WORDS, w, xi);
    IntVector s00 = x0.sub(eta[n + 0]);
    IntVector s10 = x0.sub(eta[n + 1]);
    IntVector s20 = x0.sub(eta[n + 2]);
    IntVector s30 = x0.sub(eta[n + 3]);
    for (int k = 0; k < pairs; k++) {
      final int f = offsets[k];
      final int g = f + second;
      final int q = at + k * 2 * LANES;
      final IntVector u0 = IntVector.fromArray(WORDS, w, q);
      final IntVector v0 = IntVector.fromArray(WORDS, w, q + LANES);
      final IntVector a0 = IntVector.broadcast(WORDS, in[p0 + f]);
      final IntVector b0 = IntVector.broadcast(WORDS, in[p0 + g]);
      s00 = s00.add(a0.add(v0).mul(b0.add(u0)));
      final IntVector a1 = IntVector.broadcast(WORDS, in[p1 + f]);
      final IntVector b1 = IntVector.broadcast(WORDS, in[p1 + g]);
      s10 = s10.add(a1.add(v0).mul(b1.add(u0)));
      final IntVector a2 = IntVector.broadcast(WORDS, in[p2 + f]);
      final IntVector b2 = IntVector.broadcast(WORDS, in[p2 + g]);
      s20 = s20.add(a2.add(v0).mul(b2.add(u0)));
      final IntVector a3 = IntVector.broadcast(WORDS, in[p3 + f]);
      final IntVector b3 = IntVector.broadcast(WORDS, in[p3 + g]);
      s30 = s30.add(a3.add(v0).mul(b3.add(u0)));
    }
    s00.intoArray(out, outAt);
    s10.intoArray(out, outAt + stride);
    s20.intoArray(out, outAt + 2 * stride);
    s30.intoArray(out, outAt + 3 * stride);
  }
}
