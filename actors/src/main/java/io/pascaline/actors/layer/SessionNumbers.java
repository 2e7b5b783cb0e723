// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import java.util.HashSet;
import java.util.Set;

/**
 * Which session numbers a layer is done with. Numbers end out of order; the set of those beyond the
 * oldest unfinished one stays small. Not thread-safe.
 */
final class SessionNumbers {
  private final Set<Long> endedAhead = new HashSet<>();
  private long oldestOpen;
  private long endedCount;

  /** Marks a number as ended; false if it was already. */
  boolean end(long number) {
    if (hasEnded(number)) {
      return false;
    }
    endedCount++;
    endedAhead.add(number);
    while (endedAhead.remove(oldestOpen)) {
      oldestOpen++;
    }
    return true;
  }

  boolean hasEnded(long number) {
    return number < oldestOpen || endedAhead.contains(number);
  }

  long oldestOpen() {
    return oldestOpen;
  }

  long endedCount() {
    return endedCount;
  }
}
