// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.linear.Shape;

/**
 * The layout of one stage of comparisons: max(0, x) of every element, exactly, for |x| &lt; 2^63.
 *
 * <p>The sign of x = x0 + x1 is the exclusive or of both shares' top bits and the carry into them.
 * Per bit, g = x0 and x1 (a carry arises) and p = x0 xor x1 (a carry passes); x0 is known to P0
 * alone and x1 to P1 alone, so all 64 g cost one double word each way. Neighbouring pairs (g, p)
 * are then joined to (g_hi xor p_hi and g_lo, p_hi and p_lo), which leaves half as many, in 6
 * levels with dealt bit triples; p_hi keeps its mask in both products. Bits of all elements lie in
 * one stream, 32 to a word, so that joining is the same few word operations whatever the level.
 * Last, x times the sign bit b: with a bit r that the dealer shares both ways, and a mask a of x,
 * the parties open b xor r = c and x - a = d in one round, and x b = c x + (1 - 2c) (d r + a r).
 *
 * <p>Rounds: {@value #ROUNDS} = 1 for g, 6 for the carry, 1 for the product. Online: 64 bits for g,
 * 3 (32 + 16 + 8 + 4 + 2) + 2 for the carry, 65 for the product: 317 bits, 39.6 bytes per element
 * and direction. Correction: 64 + 2 (32 + 16 + 8 + 4 + 2) + 1 + 128, also 317 bits. Error: none.
 * Probability of failure: 0. Source: circuit of R. P. Brent and H. T. Kung, "A Regular Layout for
 * Parallel Adders", 1982, carry only; bit triples of D. Beaver, CRYPTO 1991; the product after D.
 * Escudero, S. Ghosh, M. Keller, R. Rachuri and P. Scholl, "Improved Primitives for MPC over Mixed
 * Arithmetic-Binary Circuits", CRYPTO 2020 (bits shared both ways).
 *
 * @param elementCount elements of the stage
 */
record SignProduct(int elementCount) {
  /** Levels that join 64 pairs to one. */
  static final int LEVELS = 6;

  /** Rounds of one stage. */
  static final int ROUNDS = LEVELS + 2;

  /** The round, within the stage, of the product with the sign. */
  static final int PRODUCT_ROUND = LEVELS + 1;

  SignProduct {
    Shape.of(2, 2, elementCount);
  }

  /** Returns the words of the stream of pairs after so many levels: 64 bits per element before. */
  int streamWords(int level) {
    return (2 * elementCount - 1 >> level) + 1;
  }

  /** Returns how many planes of bits a level opens, each under a mask: p_hi, g_lo, p_lo. */
  static int planeCount(int level) {
    return level < LEVELS ? 3 : 2;
  }

  /** Returns the words that a party sends in a round of the stage. */
  int roundWordCount(int round) {
    if (round == 0) {
      return streamWords(0);
    }
    if (round == PRODUCT_ROUND) {
      return 2 * elementCount + streamWords(LEVELS);
    }
    return planeCount(round) * streamWords(round);
  }

  /** Returns where a level's products of masks begin among the stage's dealt bits. */
  int productsAt(int level) {
    int at = streamWords(0);
    for (int earlier = 1; earlier < level; earlier++) {
      at += (planeCount(earlier) - 1) * streamWords(earlier);
    }
    return at;
  }

  /** Returns the words of dealt bits. */
  int bitWordCount() {
    return productsAt(LEVELS + 1);
  }

  /** Returns the dealt double words: r and a r. */
  int doubleWordCount() {
    return 2 * elementCount;
  }
}
