// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import io.pascaline.protocols.random.WordSource;
import io.pascaline.transport.codec.WordArrays;

/**
 * The arrays that a role's links and its steps have in common: a link fills what a step has given
 * back, and the other way round. Thread-safe.
 */
public final class RecycledArrays implements WordSource {
  private final WordArrays arrays;

  /**
   * Makes a source of a bounded store.
   *
   * @param arrays what the role's links use as well
   */
  public RecycledArrays(WordArrays arrays) {
    this.arrays = arrays;
  }

  @Override
  public int[] take(int wordCount) {
    int[] kept = arrays.takeOrNull(wordCount);
    return kept == null ? new int[wordCount] : kept;
  }

  @Override
  public void giveBack(int[] words) {
    arrays.giveBack(words);
  }
}
