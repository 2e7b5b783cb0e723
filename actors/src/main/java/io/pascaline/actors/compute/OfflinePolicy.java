// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

/**
 * Decides when offline work may begin on cores that it shares with online work. Online tasks go
 * first. Offline ones begin only once no online task has run for {@link #REST_NS}: between two
 * rounds of an inference there is always a moment with nothing to do, and an offline task that
 * began in it would delay the next round, on the cores and on the threads that carry messages.
 *
 * <p>That is free as long as precomputed correlations last. Once somebody waits for one, a rest
 * delays what it should protect: offline tasks yield only to online ones that are queued, and no
 * core is idle while there is work. The same holds after offline work has been waiting for {@link
 * #PATIENCE_NS} without a pause of {@link #REST_NS} in which there was none: it falls behind, and
 * inferences will have to wait for it soon.
 *
 * <p>The compute pool and the simulator's model of it both ask this class. It knows no clock and no
 * queue: every call says what time it is, in nanoseconds of any one clock. Not thread-safe.
 */
public final class OfflinePolicy {
  /** Longer than a round takes through actors and links of one machine or room. */
  public static final long REST_NS = 1_000_000;

  /** Longer than most inferences: only a steady stream of them, or a large one, has to share. */
  public static final long PATIENCE_NS = 1_000_000_000;

  private int onlineRunning;
  private long onlineEndedNs;
  private int offlineOpen;
  private int awaitedBy;
  private long offlineBeganNs;
  private long offlineEndedNs;

  /**
   * Starts with no work, and none in the past.
   *
   * @param nowNs the time
   */
  public OfflinePolicy(long nowNs) {
    onlineEndedNs = nowNs - REST_NS;
    offlineBeganNs = nowNs;
    offlineEndedNs = nowNs - REST_NS;
  }

  /**
   * Takes note of a new task, before it is queued.
   *
   * @param urgency which queue it joins
   * @param nowNs the time
   */
  public void onSubmitted(Urgency urgency, long nowNs) {
    if (urgency == Urgency.OFFLINE && offlineOpen++ == 0 && nowNs - offlineEndedNs >= REST_NS) {
      offlineBeganNs = nowNs;
    }
  }

  /**
   * Takes note that a task begins.
   *
   * @param urgency its queue
   */
  public void onStarted(Urgency urgency) {
    if (urgency == Urgency.ONLINE) {
      onlineRunning++;
    }
  }

  /**
   * Takes note that a task has ended.
   *
   * @param urgency its queue
   * @param nowNs the time
   */
  public void onEnded(Urgency urgency, long nowNs) {
    if (urgency == Urgency.ONLINE) {
      onlineRunning--;
      onlineEndedNs = nowNs;
    } else {
      offlineOpen--;
      offlineEndedNs = nowNs;
    }
  }

  /** Takes note that one more waits for the result of offline work. */
  public void onAwaited() {
    awaitedBy++;
  }

  /** Takes note that one of those has what it waited for, or waits no longer. */
  public void onNoLongerAwaited() {
    awaitedBy--;
  }

  /**
   * Returns how long a queued offline task has to wait yet if no online task comes.
   *
   * @param nowNs the time
   * @return nanoseconds; 0 or less if it may begin, provided that no online task is queued
   */
  public long restNs(long nowNs) {
    if (awaitedBy > 0) {
      return 0;
    }
    long patienceNs = PATIENCE_NS - (nowNs - offlineBeganNs);
    return onlineRunning > 0 ? patienceNs : Math.min(patienceNs, REST_NS - (nowNs - onlineEndedNs));
  }
}
