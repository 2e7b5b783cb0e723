// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The linear transforms around the products of {@link ToomConvolution}, in one dimension, on
 * vectors of channels.
 *
 * <p>Three outputs of a three-tap filter, {@code y_i = g0*d_i + g1*d_(i+1) + g2*d_(i+2)}, take six
 * products instead of nine. Karatsuba's three-way product of polynomials uses g0, g1, g2, g0+g1,
 * g0+g2, g1+g2; transposing that algorithm gives the filter, with the same six sums of taps, these
 * six sums of inputs, and outputs that add the products in which their tap takes part. Only
 * additions and subtractions occur, so it is exact modulo 2^32, unlike the well-known tile of two
 * outputs and four products, which halves. Sources: A. Karatsuba and Y. Ofman, Multiplication of
 * Multidigit Numbers on Automata, 1963; S. Winograd, Arithmetic Complexity of Computations, 1980,
 * chapter on filtering and transposition.
 */
final class ToomTransforms {
  private static final VectorSpecies<Integer> WORDS = IntVector.SPECIES_PREFERRED;
  private static final IntVector EVEN_LANES = evenLanes();
  static final int LANES = WORDS.length();

  private ToomTransforms() {}

  /** From five consecutive inputs to six factors. */
  static void inputs(int[] in, int inAt, int inStride, int[] out, int outAt, int outStride) {
    IntVector d0 = IntVector.fromArray(WORDS, in, inAt);
    IntVector d1 = IntVector.fromArray(WORDS, in, inAt + inStride);
    IntVector d2 = IntVector.fromArray(WORDS, in, inAt + 2 * inStride);
    IntVector d3 = IntVector.fromArray(WORDS, in, inAt + 3 * inStride);
    IntVector d4 = IntVector.fromArray(WORDS, in, inAt + 4 * inStride);
    ((IntVector) PairBlocks.VECTOR.cast(d0.sub(d1).sub(d2))).intoArray(out, outAt);
    ((IntVector) PairBlocks.VECTOR.cast(d2.sub(d1).sub(d3))).intoArray(out, outAt + outStride);
    ((IntVector) PairBlocks.VECTOR.cast(d4.sub(d2).sub(d3))).intoArray(out, outAt + 2 * outStride);
    ((IntVector) PairBlocks.VECTOR.cast(d1)).intoArray(out, outAt + 3 * outStride);
    ((IntVector) PairBlocks.VECTOR.cast(d2)).intoArray(out, outAt + 4 * outStride);
    ((IntVector) PairBlocks.VECTOR.cast(d3)).intoArray(out, outAt + 5 * outStride);
  }

  /** From six products to three outputs. */
  static void outputs(int[] in, int inAt, int inStride, int[] out, int outAt, int outStride) {
    IntVector p0 = IntVector.fromArray(WORDS, in, inAt);
    IntVector p1 = IntVector.fromArray(WORDS, in, inAt + inStride);
    IntVector p2 = IntVector.fromArray(WORDS, in, inAt + 2 * inStride);
    IntVector p01 = IntVector.fromArray(WORDS, in, inAt + 3 * inStride);
    IntVector p02 = IntVector.fromArray(WORDS, in, inAt + 4 * inStride);
    IntVector p12 = IntVector.fromArray(WORDS, in, inAt + 5 * inStride);
    ((IntVector) PairBlocks.VECTOR.cast(p0.add(p01).add(p02))).intoArray(out, outAt);
    ((IntVector) PairBlocks.VECTOR.cast(p1.add(p01).add(p12))).intoArray(out, outAt + outStride);
    ((IntVector) PairBlocks.VECTOR.cast(p2.add(p02).add(p12)))
        .intoArray(out, outAt + 2 * outStride);
  }

  /** From three taps to six factors. */
  static void taps(int[] in, int inAt, int inStride, int[] out, int outAt, int outStride) {
    int g0 = in[inAt];
    int g1 = in[inAt + inStride];
    int g2 = in[inAt + 2 * inStride];
    out[outAt] = g0;
    out[outAt + outStride] = g1;
    out[outAt + 2 * outStride] = g2;
    out[outAt + 3 * outStride] = g0 + g1;
    out[outAt + 4 * outStride] = g0 + g2;
    out[outAt + 5 * outStride] = g1 + g2;
  }

  /** Sum of the products of neighbours (first and second, third and fourth, and so on). */
  static int pairProducts(int[] words, int at, int count) {
    IntVector sum = IntVector.zero(WORDS);
    for (int i = 0; i < count; i += LANES) {
      IntVector here = IntVector.fromArray(WORDS, words, at + i);
      IntVector next = IntVector.fromArray(WORDS, words, at + i + 1);
      sum = here.mul(next).add(sum);
    }
    return EVEN_LANES.and(sum).reduceLanes(VectorOperators.ADD);
  }

  private static IntVector evenLanes() {
    int[] mask = new int[WORDS.length()];
    for (int lane = 0; lane < mask.length; lane += 2) {
      mask[lane] = -1;
    }
    return IntVector.fromArray(WORDS, mask, 0);
  }
}
