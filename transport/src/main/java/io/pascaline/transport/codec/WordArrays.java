// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import java.util.ArrayDeque;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Arrays of tensors that nobody needs any more, received ones and those that a remote has
 * acknowledged, for tensors of the same length to come. Openings and corrections have the same
 * lengths in every inference, so that in the long run few of them take new memory. Bounded; what
 * has no room is left to the collector. Thread-safe.
 *
 * <p>What an array held is not erased: a tensor is handed over only when it has been written as a
 * whole.
 */
public final class WordArrays {
  /** Smaller arrays are cheaper to make than to keep. */
  static final int MIN_WORDS = 1 << 10;

  private final Int2ObjectHashMap<ArrayDeque<int[]>> free = new Int2ObjectHashMap<>();
  private final long maxWords;
  private long keptWords;

  /**
   * Keeps nothing yet.
   *
   * @param maxWords kept at a time, in all; 0 to keep nothing
   */
  public WordArrays(long maxWords) {
    this.maxWords = maxWords;
  }

  /** Takes an array that nobody else refers to. */
  public void giveBack(int[] words) {
    if (words.length < MIN_WORDS) {
      return;
    }
    synchronized (free) {
      if (keptWords + words.length <= maxWords) {
        keptWords += words.length;
        free.computeIfAbsent(words.length, length -> new ArrayDeque<>()).push(words);
      }
    }
  }

  /** Returns an array of a length, with anything in it; null if there is none. */
  public int[] takeOrNull(int length) {
    if (length < MIN_WORDS) {
      return null;
    }
    synchronized (free) {
      ArrayDeque<int[]> ofLength = free.get(length);
      int[] taken = ofLength == null ? null : ofLength.poll();
      if (taken != null) {
        keptWords -= length;
      }
      return taken;
    }
  }
}
