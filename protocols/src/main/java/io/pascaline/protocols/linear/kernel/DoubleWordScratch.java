// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

/** {@link Scratch} for 64-bit elements. */
final class DoubleWordScratch {
  private final ThreadLocal<long[]> kept = new ThreadLocal<>();

  /** Returns an array of at least this many elements, with any content. */
  long[] take(int doubleWords) {
    long[] array = kept.get();
    if (array != null && array.length >= doubleWords) {
      kept.remove();
      return array;
    }
    return new long[doubleWords];
  }

  /** Hands an array back to this thread; the caller forgets it. */
  void give(long[] array) {
    long[] present = kept.get();
    if (present == null || present.length < array.length) {
      kept.set(array);
    }
  }
}
