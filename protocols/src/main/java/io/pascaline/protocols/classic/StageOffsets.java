// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

/**
 * Where a stage's share of what was dealt begins.
 *
 * @param bits among the words of bits
 * @param doubleWords among the double words
 */
record StageOffsets(int bits, int doubleWords) {
  /** Returns the offsets of a stage; of the number of stages, the lengths of everything. */
  static StageOffsets of(ClassicComparison comparison, int stage) {
    int bits = 0;
    int doubleWords = 0;
    for (int earlier = 0; earlier < stage; earlier++) {
      SignProduct product = new SignProduct(comparison.comparisonCount(earlier));
      bits += product.bitWordCount();
      doubleWords += product.doubleWordCount();
    }
    return new StageOffsets(bits, doubleWords);
  }
}
