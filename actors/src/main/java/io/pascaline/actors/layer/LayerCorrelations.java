// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.protocols.step.Correlation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The correlations of one layer, image by image, from the beginning of their preparation until the
 * layer has ended with their numbers. Owned by the layer's actor; not thread-safe.
 *
 * <pre>{@code
 * (none) ──begin──> PREPARING ──prepared──> READY ──taken──> USED ──forget──> (none)
 *    │                  │                     │
 *    │abandon           │abandon              │abandon
 *    v                  v                     v
 * ABANDONED ──begin──> DOOMED ──prepared──> (none)
 * }</pre>
 *
 * A number goes this way once: what {@link #begin} has accepted it does not accept again, and what
 * was taken or abandoned is never ready. So one image uses one correlation, and no other image ever
 * gets it, however its session ends.
 */
final class LayerCorrelations {
  private enum State {
    PREPARING,
    READY,
    USED,
    /** Its session is over and what it needs has not come: that is still to be used up. */
    ABANDONED,
    /** Abandoned, and being prepared. */
    DOOMED
  }

  private static final class Entry {
    private State state;
    private Correlation correlation;

    Entry(State state) {
      this.state = state;
    }
  }

  private final Map<Long, Entry> entries = new HashMap<>();

  /** True once for each number: preparation may begin. */
  boolean begin(long number) {
    Entry entry = entries.get(number);
    if (entry == null) {
      entries.put(number, new Entry(State.PREPARING));
      return true;
    }
    if (entry.state == State.ABANDONED) {
      entry.state = State.DOOMED;
      return true;
    }
    return false;
  }

  /** Returns whether preparation has begun. */
  boolean hasBegun(long number) {
    Entry entry = entries.get(number);
    return entry != null && entry.state != State.ABANDONED;
  }

  /** Keeps a correlation; false if its number was abandoned, and then it is discarded. */
  boolean prepared(long number, Correlation correlation) {
    Entry entry = entries.get(number);
    if (entry.state == State.DOOMED) {
      entries.remove(number);
      return false;
    }
    entry.state = State.READY;
    entry.correlation = correlation;
    return true;
  }

  /** Returns the correlations of consecutive numbers; null while one is missing. */
  List<Correlation> readyOrNull(long number, int count) {
    List<Correlation> ready = new ArrayList<>(count);
    for (long each = number; each < number + count; each++) {
      Entry entry = entries.get(each);
      if (entry == null || entry.state != State.READY) {
        return null;
      }
      ready.add(entry.correlation);
    }
    return ready;
  }

  /** Takes note that the correlations of consecutive numbers, all of them ready, were used. */
  void taken(long number, int count) {
    for (long each = number; each < number + count; each++) {
      Entry entry = entries.get(each);
      entry.state = State.USED;
      entry.correlation = null;
    }
  }

  /**
   * Takes note that the image's session ended early.
   *
   * @return whether the number can end now; false if it ends when its preparation does
   */
  boolean abandon(long number) {
    Entry entry = entries.get(number);
    if (entry == null) {
      entries.put(number, new Entry(State.ABANDONED));
      return false;
    }
    switch (entry.state) {
      case PREPARING -> entry.state = State.DOOMED;
      case READY -> {
        entries.remove(number);
        return true;
      }
      default -> {
        // Used by a session that ends all its numbers, or abandoned before.
      }
    }
    return false;
  }

  /** Returns whether the number's session ended early. */
  boolean isAbandoned(long number) {
    Entry entry = entries.get(number);
    return entry != null && (entry.state == State.ABANDONED || entry.state == State.DOOMED);
  }

  /** The layer has ended with a number. */
  void forget(long number) {
    entries.remove(number);
  }
}
