// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.random;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Hands arrays out again at once, with other words in them: a step that reads what it has given
 * back, or counts on zeros, gives a wrong result. Fails when an array is given back twice.
 */
public final class PoisonedArrays implements WordSource {
  private static final int POISON = 0x5EED_BAD1;

  private final Map<Integer, Deque<int[]>> free = new HashMap<>();
  private final Set<int[]> held = Collections.newSetFromMap(new IdentityHashMap<>());

  @Override
  public synchronized int[] take(int wordCount) {
    Deque<int[]> ofLength = free.get(wordCount);
    if (ofLength == null || ofLength.isEmpty()) {
      int[] made = new int[wordCount];
      Arrays.fill(made, POISON);
      return made;
    }
    int[] taken = ofLength.pop();
    held.remove(taken);
    return taken;
  }

  @Override
  public synchronized void giveBack(int[] words) {
    if (!held.add(words)) {
      throw new AssertionError("an array of " + words.length + " words is given back twice");
    }
    Arrays.fill(words, POISON);
    free.computeIfAbsent(words.length, length -> new ArrayDeque<>()).push(words);
  }
}
