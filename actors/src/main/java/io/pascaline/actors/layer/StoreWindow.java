// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.state.CorrectionStore;
import io.pascaline.actors.state.StateException;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.NetworkPlan;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;

/**
 * How far ahead of memory one layer lets the dealer deal, and where the corrections beyond memory
 * are. Credit exceeds what is settled by a small backlog at most, so that memory stays bounded when
 * the disk is slower than the dealer. Owned by the layer's actor; not thread-safe.
 *
 * <p>A correction that the store does not take stays in memory, so a full or broken disk loses no
 * inference. Until all of these are used, the window grants nothing beyond memory; then it offers
 * corrections to the store again. At most a backlog of corrections is kept in memory in this way.
 */
final class StoreWindow {
  private static final int MIN_BACKLOG = 8;

  private final int sessionsAhead;
  private final long backlog;

  /** Corrections that the store was offered and has not confirmed. */
  private final Map<Long, int[]> offered = new HashMap<>();

  /** Numbers whose corrections are in the store, or on their way to it, and not asked for yet. */
  private final Set<Long> stored = new HashSet<>();

  /** Numbers that the store was asked for and has not given. */
  private final Set<Long> asked = new HashSet<>();

  /** Corrections that the store refused. */
  private final Map<Long, int[]> kept = new HashMap<>();

  private boolean failed;
  private long settledEnd;
  private long grantedEnd;

  /**
   * A layer's window.
   *
   * @param sessionsAhead sessions that the store holds corrections for, see {@link #sessionsAhead}
   * @param precomputation sessions in memory
   * @param corrected whether this party is sent corrections of the layer
   */
  StoreWindow(int sessionsAhead, Precomputation precomputation, boolean corrected) {
    this.sessionsAhead = sessionsAhead;
    int inMemory = precomputation.limited() ? 1 : MIN_BACKLOG;
    backlog = corrected ? Math.max(inMemory, precomputation.inferences()) : sessionsAhead;
  }

  /**
   * Returns how many consecutive sessions of a plan a store has room for. Where the corrections of
   * a layer alternate between the parties, of any N consecutive sessions a party gets at most
   * ceil(N / 2) corrections of each layer, and in the worst case of all layers at once. Otherwise
   * it gets all of them, or none.
   */
  static int sessionsAhead(CorrectionStore store, NetworkPlan plan, int partyId) {
    int perLayer = plan.costs().receiver().ofTwoSessions(partyId);
    long bytesOfTwoSessions = 0;
    for (LayerCost layer : plan.costs().layers()) {
      if (layer.offlineBytes() > 0) {
        bytesOfTwoSessions += perLayer * (layer.offlineBytes() + CorrectionStore.OVERHEAD_BYTES);
      }
    }
    return store.sessionsAhead(bytesOfTwoSessions);
  }

  /**
   * Returns the sessions that the dealer may deal for, given where memory's window ends; never
   * falls.
   */
  long grantEnd(long windowEnd) {
    long settled = Math.max(settledEnd, windowEnd);
    int ahead = kept.isEmpty() ? sessionsAhead : 0;
    long allowed = Math.min(windowEnd + ahead, settled + backlog);
    grantedEnd = Math.max(grantedEnd, Math.max(windowEnd, allowed));
    return grantedEnd;
  }

  /** Returns the end that was granted last. */
  long grantedEnd() {
    return grantedEnd;
  }

  /** A correction from the dealer is in memory or in the store. */
  void settled(long number) {
    settledEnd = Math.max(settledEnd, number + 1);
  }

  /** Warns the first time that the store has refused something. */
  void warnOnce(Logger log, Throwable failure) {
    if (!failed) {
      log.warn("corrections stay in memory: {}", StateException.reason(failure));
    }
    failed = true;
  }

  /** Takes note of a correction that the store is offered; its words must not change. */
  void offer(long number, int[] words) {
    offered.put(number, words);
    stored.add(number);
  }

  /** Takes note that the store has taken a correction. */
  void taken(long number) {
    offered.remove(number);
  }

  /**
   * Takes note that the store has refused a correction. Returns its words if it was asked for
   * meanwhile, and then the layer uses them; null if the window keeps them.
   */
  int[] refused(long number) {
    int[] words = offered.remove(number);
    if (stored.remove(number)) {
      kept.put(number, words);
      return null;
    }
    return words;
  }

  /** Returns the words of a correction that the store refused, once; null if there are none. */
  int[] takeKept(long number) {
    return kept.remove(number);
  }

  /** Returns whether the store is to be asked for a correction; true once for each. */
  boolean takeStored(long number) {
    return stored.remove(number) && asked.add(number);
  }

  /** The store has answered for a correction that {@link #takeStored} named. */
  void answered(long number) {
    asked.remove(number);
  }

  /** Returns whether the correction has come and has not been used. */
  boolean holds(long number) {
    return stored.contains(number)
        || asked.contains(number)
        || kept.containsKey(number)
        || offered.containsKey(number);
  }
}
