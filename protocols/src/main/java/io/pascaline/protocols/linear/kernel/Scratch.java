// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

/**
 * One reusable array per thread. Taking it twice before giving it back is allowed (a splitter may
 * run somebody else's part on a waiting thread) and then allocates; the larger one is kept.
 */
final class Scratch {
  private static final int MIN_WORDS = 1 << 12;

  private final ThreadLocal<int[]> kept = new ThreadLocal<>();

  /** Returns an array of at least this many words, with any content. */
  int[] take(int words) {
    int[] array = kept.get();
    if (array != null && array.length >= words) {
      kept.remove();
      return array;
    }
    return new int[Math.max(words, MIN_WORDS)];
  }

  /** Hands an array back to this thread; the caller forgets it. */
  void give(int[] array) {
    int[] present = kept.get();
    if (present == null || present.length < array.length) {
      kept.set(array);
    }
  }
}
