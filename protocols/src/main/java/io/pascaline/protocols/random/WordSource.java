// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.random;

/**
 * Where steps take the arrays of a correlation from, and where they give them back when nobody
 * refers to them any more: correlations have the same lengths in every inference, so that in the
 * long run few of them take new memory. Thread-safe.
 *
 * <p>An array that is given back may be somebody else's at once. Whoever gives it back must be its
 * only holder, and does so once; whoever drops it instead leaves it to the garbage collector.
 */
public interface WordSource {
  /** Returns an array of exactly this length, with anything in it; the caller owns it. */
  int[] take(int wordCount);

  /** Takes an array that nobody refers to. */
  void giveBack(int[] words);

  /** Returns a source of new arrays, which keeps none. */
  static WordSource fresh() {
    return Fresh.INSTANCE;
  }

  /** Leaves everything to the garbage collector. */
  enum Fresh implements WordSource {
    INSTANCE;

    @Override
    public int[] take(int wordCount) {
      return new int[wordCount];
    }

    @Override
    public void giveBack(int[] words) {
      // Dropped.
    }
  }
}
