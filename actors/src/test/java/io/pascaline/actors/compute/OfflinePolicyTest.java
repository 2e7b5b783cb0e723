// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import static io.pascaline.actors.compute.OfflinePolicy.PATIENCE_NS;
import static io.pascaline.actors.compute.OfflinePolicy.REST_NS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OfflinePolicyTest {
  /** Clocks may begin anywhere, and System.nanoTime may be negative. */
  private static final long BEGAN_NS = -5_000_000_000_000L;

  private final OfflinePolicy policy = new OfflinePolicy(BEGAN_NS);

  private void runOnline(long fromNs, long untilNs) {
    policy.onSubmitted(Urgency.ONLINE, fromNs);
    policy.onStarted(Urgency.ONLINE);
    policy.onEnded(Urgency.ONLINE, untilNs);
  }

  private void runOffline(long fromNs, long untilNs) {
    policy.onSubmitted(Urgency.OFFLINE, fromNs);
    policy.onStarted(Urgency.OFFLINE);
    policy.onEnded(Urgency.OFFLINE, untilNs);
  }

  @Test
  void shouldLetOfflineWorkBeginAtOnceWhereNoOnlineWorkWas() {
    policy.onSubmitted(Urgency.OFFLINE, BEGAN_NS);
    assertTrue(policy.restNs(BEGAN_NS) <= 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, REST_NS - 1, REST_NS, 10 * REST_NS})
  void shouldRestUntilNoOnlineTaskHasRunForTheRest(long sinceNs) {
    runOnline(BEGAN_NS, BEGAN_NS + 100);
    policy.onSubmitted(Urgency.OFFLINE, BEGAN_NS + 100);
    assertEquals(REST_NS - sinceNs, policy.restNs(BEGAN_NS + 100 + sinceNs));
  }

  @Test
  void shouldRestWhileAnOnlineTaskRunsUntilThePatienceEnds() {
    policy.onSubmitted(Urgency.ONLINE, BEGAN_NS);
    policy.onStarted(Urgency.ONLINE);
    policy.onSubmitted(Urgency.OFFLINE, BEGAN_NS + 5);
    assertEquals(PATIENCE_NS, policy.restNs(BEGAN_NS + 5));
    assertEquals(1, policy.restNs(BEGAN_NS + 4 + PATIENCE_NS));
    assertEquals(0, policy.restNs(BEGAN_NS + 5 + PATIENCE_NS));
  }

  @Test
  void shouldNotRestAfterOnlineWorkWhileOfflineWorkIsInArrears() {
    policy.onSubmitted(Urgency.OFFLINE, BEGAN_NS);
    long nowNs = BEGAN_NS + PATIENCE_NS;
    runOnline(nowNs - 10, nowNs);
    assertTrue(policy.restNs(nowNs) <= 0);
  }

  @Test
  void shouldCountPatienceAcrossOfflineTasksWithoutAPauseBetweenThem() {
    runOffline(BEGAN_NS, BEGAN_NS + 10);
    policy.onSubmitted(Urgency.OFFLINE, BEGAN_NS + 10 + REST_NS - 1);
    policy.onSubmitted(Urgency.ONLINE, BEGAN_NS + 10 + REST_NS);
    policy.onStarted(Urgency.ONLINE);
    assertEquals(0, policy.restNs(BEGAN_NS + PATIENCE_NS));
  }

  @Test
  void shouldBeginPatienceAnewAfterAPauseOfOfflineWork() {
    runOffline(BEGAN_NS, BEGAN_NS + 10);
    long againNs = BEGAN_NS + 10 + REST_NS;
    policy.onSubmitted(Urgency.OFFLINE, againNs);
    policy.onSubmitted(Urgency.ONLINE, againNs);
    policy.onStarted(Urgency.ONLINE);
    assertEquals(PATIENCE_NS, policy.restNs(againNs));
  }

  @Test
  void shouldRestUntilTheLastOfSeveralOnlineTasksHasEnded() {
    policy.onSubmitted(Urgency.ONLINE, BEGAN_NS);
    policy.onStarted(Urgency.ONLINE);
    policy.onStarted(Urgency.ONLINE);
    policy.onSubmitted(Urgency.OFFLINE, BEGAN_NS);
    policy.onEnded(Urgency.ONLINE, BEGAN_NS + 10);
    assertTrue(policy.restNs(BEGAN_NS + 10 + REST_NS) > 0);
    policy.onEnded(Urgency.ONLINE, BEGAN_NS + 20 + REST_NS);
    assertEquals(0, policy.restNs(BEGAN_NS + 20 + 2 * REST_NS));
  }

  @Test
  void shouldNotRestWhileSomebodyWaitsForOfflineWork() {
    runOnline(BEGAN_NS, BEGAN_NS + 100);
    policy.onSubmitted(Urgency.OFFLINE, BEGAN_NS + 100);
    policy.onAwaited();
    policy.onAwaited();
    assertEquals(0, policy.restNs(BEGAN_NS + 100));
    policy.onNoLongerAwaited();
    assertEquals(0, policy.restNs(BEGAN_NS + 100));
    policy.onNoLongerAwaited();
    assertEquals(REST_NS, policy.restNs(BEGAN_NS + 100));
  }

  @Test
  void shouldNotRestBesideARunningOnlineTaskWhileSomebodyWaits() {
    policy.onStarted(Urgency.ONLINE);
    policy.onSubmitted(Urgency.OFFLINE, BEGAN_NS);
    policy.onAwaited();
    assertEquals(0, policy.restNs(BEGAN_NS));
  }
}
