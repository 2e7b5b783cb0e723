// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of a convolution with output positions in the vector lanes: weights are
 * broadcast, consecutive words of a plane serve consecutive positions.
 */
final class PlaneBlocks {
  private static final VectorSpecies<Integer> WORDS = IntVector.SPECIES_PREFERRED;
  static final int LANES = WORDS.length();

  /** Channels of the wide block; it covers two vectors of positions. */
  static final int CHANNELS = 4;

  private PlaneBlocks() {}

  /**
   * Four channels at two vectors of positions.
   *
   * @param in the planes
   * @param inAt where the first position reads offset 0
   * @param offsets one for each tap
   * @param weights for each tap the weights of four channels
   * @param weightAt the first of them
   * @param out sums, overwritten
   * @param outAt where the first channel's first position goes
   * @param stride words between channels in the sums
   */
  static void four(
      int[] in,
      int inAt,
      int[] offsets,
      int[] weights,
      int weightAt,
      int[] out,
      int outAt,
      int stride) {
    IntVector s00 = IntVector.zero(WORDS);
    IntVector s01 = IntVector.zero(WORDS);
    IntVector s10 = IntVector.zero(WORDS);
    IntVector s11 = IntVector.zero(WORDS);
    IntVector s20 = IntVector.zero(WORDS);
    IntVector s21 = IntVector.zero(WORDS);
    IntVector s30 = IntVector.zero(WORDS);
    IntVector s31 = IntVector.zero(WORDS);
    for (int k = 0; k < offsets.length; k++) {
      int at = inAt + offsets[k];
      int w = weightAt + k * CHANNELS;
      IntVector x0 = IntVector.fromArray(WORDS, in, at);
      IntVector x1 = IntVector.fromArray(WORDS, in, at + LANES);
      IntVector w0 = IntVector.broadcast(WORDS, weights[w]);
      s00 = x0.mul(w0).add(s00);
      s01 = x1.mul(w0).add(s01);
      IntVector w1 = IntVector.broadcast(WORDS, weights[w + 1]);
      s10 = x0.mul(w1).add(s10);
      s11 = x1.mul(w1).add(s11);
      IntVector w2 = IntVector.broadcast(WORDS, weights[w + 2]);
      s20 = x0.mul(w2).add(s20);
      s21 = x1.mul(w2).add(s21);
      IntVector w3 = IntVector.broadcast(WORDS, weights[w + 3]);
      s30 = x0.mul(w3).add(s30);
      s31 = x1.mul(w3).add(s31);
    }
    ((IntVector) PairBlocks.VECTOR.cast(s00)).intoArray(out, outAt);
    ((IntVector) PairBlocks.VECTOR.cast(s01)).intoArray(out, outAt + LANES);
    ((IntVector) PairBlocks.VECTOR.cast(s10)).intoArray(out, outAt + stride);
    ((IntVector) PairBlocks.VECTOR.cast(s11)).intoArray(out, outAt + stride + LANES);
    ((IntVector) PairBlocks.VECTOR.cast(s20)).intoArray(out, outAt + 2 * stride);
    ((IntVector) PairBlocks.VECTOR.cast(s21)).intoArray(out, outAt + 2 * stride + LANES);
    ((IntVector) PairBlocks.VECTOR.cast(s30)).intoArray(out, outAt + 3 * stride);
    ((IntVector) PairBlocks.VECTOR.cast(s31)).intoArray(out, outAt + 3 * stride + LANES);
  }

  /** One channel at two vectors of positions; weights lie tap after tap. */
  static void one(
      int[] in, int inAt, int[] offsets, int[] weights, int weightAt, int[] out, int outAt) {
    IntVector s0 = IntVector.zero(WORDS);
    IntVector s1 = IntVector.zero(WORDS);
    for (int k = 0; k < offsets.length; k++) {
      int at = inAt + offsets[k];
      IntVector w = IntVector.broadcast(WORDS, weights[weightAt + k]);
      s0 = IntVector.fromArray(WORDS, in, at).mul(w).add(s0);
      s1 = IntVector.fromArray(WORDS, in, at + LANES).mul(w).add(s1);
    }
    ((IntVector) PairBlocks.VECTOR.cast(s0)).intoArray(out, outAt);
    ((IntVector) PairBlocks.VECTOR.cast(s1)).intoArray(out, outAt + LANES);
  }
}
