// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.share.DoubleWordPlanes;

/** One party's run of a {@link SignProduct} stage; the order of calls is the caller's business. */
final class SignProductRun {
  private final int partyId;
  private final SignProduct product;
  private final Material material;
  private final long[] x;

  /** This party's shares of the pairs, then of the sign bits in {@link #generate}. */
  private int[] generate;

  private int[] propagate;

  /** This party's masked words of the current round. */
  private int[] own;

  private long[] positives;

  /** What a party holds for a stage. */
  static final class Material {
    final SignProduct product;

    /** By round: one-sided masks, masks of the planes of a level, masks of the signs. */
    final int[][] masks;

    final long[] inputMask;
    final Dealt half;
    final StageOffsets at;

    Material(SignProduct product, int[][] masks, long[] inputMask, Dealt half, StageOffsets at) {
      this.product = product;
      this.masks = masks;
      this.inputMask = inputMask;
      this.half = half;
      this.at = at;
    }
  }

  /**
   * Creates the run.
   *
   * @param x this party's share of what is compared; taken over
   */
  SignProductRun(int partyId, Material material, long[] x) {
    this.partyId = partyId;
    this.product = material.product;
    this.material = material;
    this.x = x;
  }

  int[] start() {
    propagate = BitStream.movedUp(x);
    return masked(0, propagate);
  }

  /** Returns the next round's masked words; null after the last round. */
  int[] receive(int round, int[] fromPeer) {
    if (round == SignProduct.PRODUCT_ROUND) {
      multiply(fromPeer);
      return null;
    }
    if (round == 0) {
      generate(fromPeer);
    } else {
      join(round, fromPeer);
    }
    return round < SignProduct.LEVELS ? split(round + 1) : maskProduct();
  }

  /** Returns this party's share of max(0, x). */
  long[] positives() {
    return positives;
  }

  private int[] masked(int round, int[]... planes) {
    int length = planes[0].length;
    int[] mask = material.masks[round];
    int[] words = new int[planes.length * length];
    for (int plane = 0; plane < planes.length; plane++) {
      int at = plane * length;
      for (int i = 0; i < length; i++) {
        words[at + i] = planes[plane][i] ^ mask[at + i];
      }
    }
    own = words;
    return words.clone();
  }

  /** P0: x0 and e; P1: d and beta; both with their share of alpha and beta. */
  private void generate(int[] fromPeer) {
    int[] factor = partyId == 0 ? propagate : material.masks[0];
    int[] bits = material.half.bits;
    int at = material.at.bits();
    generate = new int[fromPeer.length];
    for (int i = 0; i < fromPeer.length; i++) {
      generate[i] = factor[i] & fromPeer[i] ^ bits[at + i];
    }
  }

  /** Halves of the stream, of which {@code own} keeps the masked ones. */
  private int[] split(int level) {
    int[] high = BitStream.half(propagate, 1);
    int[] low = BitStream.half(generate, 0);
    int[] words =
        level < SignProduct.LEVELS
            ? masked(level, high, low, BitStream.half(propagate, 0))
            : masked(level, high, low);
    generate = BitStream.half(generate, 1);
    return words;
  }

  private void join(int level, int[] fromPeer) {
    int[] opened = own;
    for (int i = 0; i < opened.length; i++) {
      opened[i] ^= fromPeer[i];
    }
    int length = generate.length;
    for (int i = 0; i < length; i++) {
      generate[i] ^= product(level, opened, i, length + i);
    }
    if (level < SignProduct.LEVELS) {
      propagate = new int[length];
      for (int i = 0; i < length; i++) {
        propagate[i] = product(level, opened, i, 2 * length + i);
      }
    }
  }

  /** This party's share of the product of two opened, masked words; the first is of plane 0. */
  private int product(int level, int[] opened, int first, int second) {
    int[] masks = material.masks[level];
    int dealt = material.at.bits() + product.productsAt(level) + second - generate.length;
    int both = partyId == 0 ? opened[first] & opened[second] : 0;
    return material.half.bits[dealt]
        ^ opened[first] & masks[second]
        ^ opened[second] & masks[first]
        ^ both;
  }

  private int[] maskProduct() {
    int[] signs = BitStream.signs(x);
    int[] mask = material.masks[SignProduct.PRODUCT_ROUND];
    long[] d = new long[x.length];
    for (int i = 0; i < x.length; i++) {
      d[i] = x[i] - material.inputMask[i];
    }
    int[] words = new int[product.roundWordCount(SignProduct.PRODUCT_ROUND)];
    DoubleWordPlanes.split(d, words, 0);
    for (int i = 0; i < signs.length; i++) {
      words[2 * x.length + i] = signs[i] ^ generate[i] ^ mask[i];
    }
    generate = null;
    own = words;
    return words.clone();
  }

  private void multiply(int[] fromPeer) {
    long[] d = new long[x.length];
    DoubleWordPlanes.join(own, 0, d);
    DoubleWordPlanes.joinAndAdd(fromPeer, 0, d);
    int signsAt = 2 * x.length;
    int[] c = new int[product.streamWords(SignProduct.LEVELS)];
    for (int i = 0; i < c.length; i++) {
      c[i] = own[signsAt + i] ^ fromPeer[signsAt + i];
    }
    long[] dealt = material.half.doubleWords;
    int r = material.at.doubleWords();
    int ar = r + x.length;
    positives = new long[x.length];
    for (int i = 0; i < x.length; i++) {
      long bit = BitStream.bit(c, i);
      long negative = bit * x[i] + (1 - 2 * bit) * (d[i] * dealt[r + i] + dealt[ar + i]);
      positives[i] = x[i] - negative;
    }
    own = null;
  }
}
