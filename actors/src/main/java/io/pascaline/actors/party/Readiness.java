package io.pascaline.actors.party;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;

/** How many inferences' correlations are ready, and who waits for them. Not thread-safe. */
final class Readiness {
  private static final int MAX_WAITERS = 256;

  private final int layerCount;
  private final Map<Long, Integer> preparedLayers = new HashMap<>();
  private final List<Waiter> waiters = new ArrayList<>();
  private long readyEnd;
  private long nextSession;

  private record Waiter(int inferenceCount, ActorRef<Done> replyTo) {}

  Readiness(final int layerCount) {
    this.layerCount = layerCount;
  }

  /** A new epoch: nothing is ready, unless no layer needs anything. */
  void reset() {
    preparedLayers.clear();
    readyEnd = layerCount == 0 ? Long.MAX_VALUE : 0;
    nextSession = 0;
  }

  /** One layer has prepared a session, or burnt what it had prepared for it. */
  void prepared(final long number) {
    if (preparedLayers.merge(number, 1, Integer::sum) < layerCount) {
      return;
    }
    while (preparedLayers.getOrDefault(readyEnd, 0) >= layerCount) {
      preparedLayers.remove(readyEnd);
      readyEnd++;
    }
    answer();
  }

  /** A session took its number. */
  void taken(final long number) {
    nextSession = Math.max(nextSession, number + 1);
  }

  /** The first number that is not wholly prepared. */
  long readyEnd() {
    return readyEnd;
  }

  /** Gauge: sessions that could start now with every correlation at hand. */
  long inferencesReady() {
    return Math.max(0, readyEnd - nextSession);
  }

  /** Answers once so many are ready; of too many that wait, the oldest is forgotten. */
  void await(final int inferenceCount, final ActorRef<Done> replyTo) {
    if (waiters.size() == MAX_WAITERS) {
      waiters.remove(0);
    }
    waiters.add(new Waiter(inferenceCount, replyTo));
    answer();
  }

  private void answer() {
    final long ready = inferencesReady();
    waiters.removeIf(
        waiter -> {
          final boolean met = ready >= waiter.inferenceCount();
          if (met) {
            waiter.replyTo().tell(Done.getInstance());
          }
          return met;
        });
  }
}
