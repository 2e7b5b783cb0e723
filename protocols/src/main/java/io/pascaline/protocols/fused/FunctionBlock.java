// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.share.DoubleWordPlanes;
import java.util.Arrays;

/**
 * A protocol's arithmetic on a few hundred consecutive elements, in arrays that are used again for
 * the next ones. Secret words are in no branch and no index. Not thread-safe.
 */
abstract class FunctionBlock {
  static final int MAX_ELEMENTS = 512;

  /** Readings of a mask; see {@link FusedActivation}. */
  static final int READINGS = 2;

  /** Added by P0 to make the opened tensor's hidden part positive. */
  static final int OPENING_OFFSET = 1 << FusedFunction.INPUT_BITS;

  private final int elementCount;
  private final double inputUnit;

  /** This party's share of the outputs, before truncation. */
  final long[] sums = new long[MAX_ELEMENTS];

  /** Encoded factors or terms. */
  final long[] encoded = new long[MAX_ELEMENTS];

  FunctionBlock(FusedFunction step) {
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

  /** Writes R of a reading of the mask. */
  final void read(int[] mask, int reading, int at, double[] out, int count) {
    // r - 2^31 for an unsigned r is r with its top bit turned, read as signed.
    int turned = reading == 0 ? Integer.MIN_VALUE : 0;
    for (int i = 0; i < count; i++) {
      out[i] = (mask[at + i] ^ turned) * inputUnit;
    }
  }

  /** Writes C, of C' = (c mod 2^31) - 2^30. */
  final void readOpened(int[] opened, int at, double[] out, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = ((opened[at + i] & Integer.MAX_VALUE) - OPENING_OFFSET) * inputUnit;
    }
  }

  /** Writes the words' own real values. */
  final void readInputs(int[] inputs, int at, double[] out, int count) {
    for (int i = 0; i < count; i++) {
      out[i] = inputs[at + i] * inputUnit;
    }
  }

  /** Starts the sums with a truncation's 2^32 at P0. */
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
    DoubleWordPlanes.subtractFrom(encoded, count, planes, low, low + elementCount);
  }

  /** Adds the encoded factors times the shares in a plane. */
  final void addProducts(int doubleWord, int[] planes, int at, int count) {
    int low = lowPlane(doubleWord) + at;
    int high = low + elementCount;
    for (int i = 0; i < count; i++) {
      sums[i] += encoded[i] * DoubleWordPlanes.join(planes[low + i], planes[high + i]);
    }
  }

  /**
   * Adds the encoded factors times the shares in the reading that the top bit of c selects.
   *
   * @param set the plane of reading 0, for a set bit
   * @param clear the plane of reading 1
   */
  final void addSelected(int set, int clear, int[] opened, int[] planes, int at, int count) {
    int lowSet = lowPlane(set) + at;
    int lowClear = lowPlane(clear) + at;
    for (int i = 0; i < count; i++) {
      int choice = opened[at + i] >> 31;
      int low = select(planes[lowSet + i], planes[lowClear + i], choice);
      int highSet = planes[lowSet + elementCount + i];
      int high = select(highSet, planes[lowClear + elementCount + i], choice);
      sums[i] += encoded[i] * DoubleWordPlanes.join(low, high);
    }
  }

  private static int select(int set, int clear, int choice) {
    return clear ^ ((clear ^ set) & choice);
  }

  /** Writes the high words of the sums. */
  final void truncate(int[] out, int at, int count) {
    for (int i = 0; i < count; i++) {
      out[at + i] = (int) (sums[i] >>> 32);
    }
  }

  private int lowPlane(int doubleWord) {
    return 2 * doubleWord * elementCount;
  }
}
