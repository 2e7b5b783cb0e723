// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.compute.Compute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * How many inferences' correlations are ready, and who waits for them. While anybody does, the pool
 * knows it. Not thread-safe.
 */
final class Readiness {
  private static final int MAX_WAITERS = 256;

  private final int precomputedCorrelations;
  private final boolean needsNothing;
  private final Compute pool;
  private final Progress prepared;
  private final Progress stored;
  private final List<Waiter> waiters = new ArrayList<>();
  private long nextSession;
  private boolean isAwaited;

  private record Waiter(int inferenceCount, ActorRef<Done> replyTo) {}

  /** Up to which session all layers have come; they may be ahead of each other. */
  private static final class Progress {
    private final int layerCount;
    private final Map<Long, Integer> layers = new HashMap<>();
    private long end;

    Progress(int layerCount) {
      this.layerCount = layerCount;
      reset();
    }

    void reset() {
      layers.clear();
      end = layerCount == 0 ? Long.MAX_VALUE : 0;
    }

    void layerDone(long number) {
      if (layers.merge(number, 1, Integer::sum) < layerCount) {
        return;
      }
      while (layers.getOrDefault(end, 0) >= layerCount) {
        layers.remove(end);
        end++;
      }
    }
  }

  Readiness(int layerCount, int precomputedCorrelations, Compute pool) {
    this.precomputedCorrelations = precomputedCorrelations;
    this.pool = pool;
    needsNothing = layerCount == 0;
    prepared = new Progress(layerCount);
    stored = new Progress(layerCount);
  }

  /** A new epoch: nothing is ready, unless no layer needs anything. */
  void reset() {
    prepared.reset();
    stored.reset();
    nextSession = 0;
    tellPool();
  }

  /** One layer has prepared a session, or discarded what it had prepared for it. */
  void prepared(long number) {
    prepared.layerDone(number);
    answer();
  }

  /** One layer has what the dealer gives for a session, in memory or in store. */
  void stored(long number) {
    stored.layerDone(number);
    answer();
  }

  /** Returns the first number that the dealer still has to give something for. */
  long storedEnd() {
    return Math.max(stored.end, prepared.end);
  }

  /**
   * Gauge: sessions that could be served without the dealer; where no layer needs correlations, as
   * many as are precomputed elsewhere.
   */
  long inferencesStored() {
    return needsNothing
        ? Math.max(1, precomputedCorrelations)
        : Math.max(0, storedEnd() - nextSession);
  }

  /** A session took its number. */
  void taken(long number) {
    nextSession = Math.max(nextSession, number + 1);
    tellPool();
  }

  /** Returns the first number that is not wholly prepared. */
  long readyEnd() {
    return prepared.end;
  }

  /** Gauge: sessions that could start now with precomputed correlations alone. */
  long inferencesReady() {
    return Math.max(0, prepared.end - nextSession);
  }

  /**
   * A session waits for its correlations. Who waits for a number of them does not count: that wait
   * may have timed out, and no inference is late because of it.
   */
  private void tellPool() {
    boolean awaited = nextSession > prepared.end;
    if (awaited != isAwaited) {
      isAwaited = awaited;
      if (awaited) {
        pool.onOfflineAwaited();
      } else {
        pool.onOfflineNoLongerAwaited();
      }
    }
  }

  /** Answers once that many are ready; if too many wait for it, the oldest is dropped. */
  void await(int inferenceCount, ActorRef<Done> replyTo) {
    if (waiters.size() == MAX_WAITERS) {
      waiters.remove(0);
    }
    waiters.add(new Waiter(inferenceCount, replyTo));
    answer();
  }

  private void answer() {
    long ready = inferencesReady();
    long inAll = inferencesStored();
    waiters.removeIf(
        waiter -> {
          int asked = waiter.inferenceCount();
          // Where layers are streamed, whole inferences are never ready before they run.
          boolean met =
              precomputedCorrelations == 0
                  || (ready >= Math.min(asked, precomputedCorrelations) && inAll >= asked);
          if (met) {
            waiter.replyTo().tell(Done.getInstance());
          }
          return met;
        });
    tellPool();
  }
}
