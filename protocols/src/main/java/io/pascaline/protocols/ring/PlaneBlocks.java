package io.pascaline.protocols.ring;

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
   * @param in the planes.
   * @param inAt where the first position reads offset 0.
   * @param offsets one for each tap.
   * @param weights for each tap the weights of four channels.
   * @param weightAt the first of them.
   * @param out sums, overwritten.
   * @param outAt where the first channel's first position goes.
   * @param stride words between channels in the sums.
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
      final int at = inAt + offsets[k];
      final int w = weightAt + k * CHANNELS;
      final IntVector x0 = IntVector.fromArray(WORDS, in, at);
      final IntVector x1 = IntVector.fromArray(WORDS, in, at + LANES);
      final IntVector w0 = IntVector.broadcast(WORDS, weights[w]);
      s00 = s00.add(x0.mul(w0));
      s01 = s01.add(x1.mul(w0));
      final IntVector w1 = IntVector.broadcast(WORDS, weights[w + 1]);
      s10 = s10.add(x0.mul(w1));
      s11 = s11.add(x1.mul(w1));
      final IntVector w2 = IntVector.broadcast(WORDS, weights[w + 2]);
      s20 = s20.add(x0.mul(w2));
      s21 = s21.add(x1.mul(w2));
      final IntVector w3 = IntVector.broadcast(WORDS, weights[w + 3]);
      s30 = s30.add(x0.mul(w3));
      s31 = s31.add(x1.mul(w3));
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

  /** One channel at two vectors of positions; weights lie tap after tap. */
  static void one(
      int[] in, int inAt, int[] offsets, int[] weights, int weightAt, int[] out, int outAt) {
    IntVector s0 = IntVector.zero(WORDS);
    IntVector s1 = IntVector.zero(WORDS);
    for (int k = 0; k < offsets.length; k++) {
      final int at = inAt + offsets[k];
      final IntVector w = IntVector.broadcast(WORDS, weights[weightAt + k]);
      s0 = s0.add(IntVector.fromArray(WORDS, in, at).mul(w));
      s1 = s1.add(IntVector.fromArray(WORDS, in, at + LANES).mul(w));
    }
    s0.intoArray(out, outAt);
    s1.intoArray(out, outAt + LANES);
  }
}
