// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import java.util.Arrays;

/**
 * A protocol's arithmetic on a few hundred consecutive elements, in arrays that are used again for
 * the next ones. Secret words are in no branch and no index. Not thread-safe.
 */
abstract class FunctionBlock {
  static final int MAX_ELEMENTS = 512;

  /**
   * Representatives of a mask: 0 is the unsigned one, 1 the signed; see {@link FusedActivation}.
   */
  static final int REPRESENTATIVES = 2;

  /** Added by P0 to make the opened tensor's hidden part positive. */
  static final int OPENING_OFFSET = 1 << FusedFunction.INPUT_BITS;

  private static final int ALL_BITS = -1;

  final BlockKernel kernel;
  private final int elementCount;
  private final double inputUnit;

  /** This party's share of the outputs, before truncation. */
  final long[] sums = new long[MAX_ELEMENTS];

  /** Encoded factors or terms. */
  final long[] encoded = new long[MAX_ELEMENTS];

  FunctionBlock(FusedFunction step, BlockKernel kernel) {
    this.kernel = kernel;
    this.elementCount = step.inputCount();
    this.inputUnit = FixedPoint.powerOfTwo(-step.inputFractionBits());
  }

  /**
   * Replaces drawn shares of the secret terms by the terms less them.
   *
   * @param mask r
   * @param planes of a correction
   * @param at the first of {@code count} elements
   */
  abstract void deal(int[] mask, int[] planes, int at, int count);

  /**
   * Replaces opened words by a party's share of the output.
   *
   * @param opened c, then the output
   * @param planes this party's shares of the secret terms
   * @param at the first of {@code count} elements
   */
  abstract void evaluate(int partyId, int[] opened, int[] planes, int at, int count);

  /** Writes R of a representative of the mask. */
  final void readMask(int[] mask, int representative, int at, double[] out, int count) {
    // r - 2^31 for an unsigned r is r with its top bit turned, read as signed.
    int turned = representative == 0 ? Integer.MIN_VALUE : 0;
    kernel.read(mask, at, ALL_BITS, turned, 0, inputUnit, out, count);
  }

  /** Writes C, of C' = (c mod 2^31) - 2^30. */
  final void readOpened(int[] opened, int at, double[] out, int count) {
    kernel.read(opened, at, Integer.MAX_VALUE, 0, OPENING_OFFSET, inputUnit, out, count);
  }

  /** Writes the real numbers that words stand for. */
  final void readInputs(int[] inputs, int at, double[] out, int count) {
    kernel.read(inputs, at, ALL_BITS, 0, 0, inputUnit, out, count);
  }

  /** Writes words less an offset, in the ring, as signed integers. */
  final void readWords(int[] words, int at, int offset, double[] out, int count) {
    kernel.read(words, at, ALL_BITS, 0, offset, 1, out, count);
  }

  /** Adds the 2^32 of a truncation, which is P0's, to sums that begin with a public number. */
  final void addTruncationUnit(int count) {
    for (int i = 0; i < count; i++) {
      sums[i] += 1L << 32;
    }
  }

  /** Starts the sums of the party that adds no public number. */
  final void clearSums(int count) {
    Arrays.fill(sums, 0, count, 0);
  }

  /** Replaces shares in a plane by the encoded terms less them. */
  final void complete(int doubleWord, int[] planes, int at, int count) {
    int low = lowPlane(doubleWord) + at;
    kernel.subtractFrom(encoded, planes, low, low + elementCount, count);
  }

  /** Adds the encoded factors times the shares in a plane. */
  final void addProducts(int doubleWord, int[] planes, int at, int count) {
    int low = lowPlane(doubleWord) + at;
    kernel.addProducts(encoded, planes, low, low + elementCount, sums, count);
  }

  /**
   * Adds the encoded factors times the shares of the representative that the top bit of c selects.
   *
   * @param set the plane of representative 0, for a set bit
   * @param clear the plane of representative 1
   */
  final void addSelected(int set, int clear, int[] opened, int[] planes, int at, int count) {
    int lowSet = lowPlane(set) + at;
    int lowClear = lowPlane(clear) + at;
    kernel.addSelected(encoded, opened, at, planes, lowSet, lowClear, elementCount, sums, count);
  }

  /** Writes the high words of the sums. */
  final void truncate(int[] out, int at, int count) {
    kernel.truncate(sums, out, at, count);
  }

  private int lowPlane(int doubleWord) {
    return 2 * doubleWord * elementCount;
  }
}
