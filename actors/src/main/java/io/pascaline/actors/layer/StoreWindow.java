// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.state.CorrectionStore;
import java.util.HashSet;
import java.util.Set;

/**
 * How far ahead of memory one layer lets the dealer deal, and which corrections lie in store.
 * Credit runs ahead of what has been put away by no more than a few, so that memory stays bounded
 * when the disk is slower than the dealer. Owned by the layer's actor; not thread-safe.
 */
final class StoreWindow {
  private static final int MIN_BACKLOG = 8;

  private final CorrectionStore store;
  private final long backlog;
  private final Set<Long> stored = new HashSet<>();
  private final Set<Long> takingOut = new HashSet<>();
  private long settledEnd;
  private long grantedEnd;
  private boolean closed;

  /**
   * A layer's window.
   *
   * @param precomputedCorrelations sessions in memory
   * @param corrected whether the layer needs any correction
   */
  StoreWindow(CorrectionStore store, int precomputedCorrelations, boolean corrected) {
    this.store = store;
    backlog = corrected ? Math.max(MIN_BACKLOG, precomputedCorrelations) : store.sessionsAhead();
  }

  /**
   * Returns the sessions that the dealer may deal for, given where memory's window ends; never
   * falls.
   */
  long grantEnd(long windowEnd) {
    long settled = Math.max(settledEnd, windowEnd);
    int ahead = closed ? 0 : store.sessionsAhead();
    long allowed = Math.min(windowEnd + ahead, settled + backlog);
    grantedEnd = Math.max(grantedEnd, Math.max(windowEnd, allowed));
    return grantedEnd;
  }

  /** Returns the end that was granted last. */
  long grantedEnd() {
    return grantedEnd;
  }

  /** A correction from the dealer is in memory or in store. */
  void settled(long number) {
    settledEnd = Math.max(settledEnd, number + 1);
  }

  /** Takes note of a correction that is put away; false if there is one for that number. */
  boolean store(long number) {
    return stored.add(number);
  }

  /** Nothing can be put away any more, for instance on a full disk: memory must do. */
  void close() {
    closed = true;
  }

  /** True once for a correction in store: it may be taken out. */
  boolean takeOut(long number) {
    return stored.remove(number) && takingOut.add(number);
  }

  /** A correction that {@link #takeOut} named is in memory, or cannot be. */
  void taken(long number) {
    takingOut.remove(number);
  }

  /** A correction could not be put away; one that is being taken out is answered there. */
  void forget(long number) {
    stored.remove(number);
  }

  boolean isStored(long number) {
    return stored.contains(number) || takingOut.contains(number);
  }
}
