// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.epoch.Precomputation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The quota of each client, which changes while the party runs. */
class ClientQuotaSettingTest {
  private static ClientQuotaSetting setting(int sessions, int perSecond) {
    PartyLimits limits = PartyLimits.builder().clientQuota(sessions, perSecond).build();
    return new ClientQuotaSetting(limits, 16, Precomputation.of(8));
  }

  /**
   * Of 16 sessions, 64 that wait and 8 that are precomputed. A party that has started with the
   * usual quota takes sessions of 2 images, one that gives all to one client sessions of 8.
   */
  @ParameterizedTest(name = "{0} and {1}/s, then {2} and {3}/s: {4}, unconfirmed {5}, {6}/s")
  @CsvSource({
    "0, 0,  0, 0,  20, 2, 0",
    "0, 0,  7, 3,  7, 2, 3",
    "7, 3,  0, 0,  20, 2, 0",
    "7, 3,  7, 9,  7, 2, 9",
    "0, 0,  80, 0,  80, 16, 0",
    "0, 0,  1, 5,  2, 2, 5",
    "80, 0,  1, 5,  8, 8, 5",
    "80, 0,  79, 0,  79, 8, 0",
    "1, 0,  80, 0,  80, 16, 0",
    "1, 0,  1, 1,  1, 2, 1",
  })
  void shouldChange(
      int startSessions,
      int startPerSecond,
      int sessions,
      int perSecond,
      int expectedSessions,
      int expectedUnconfirmed,
      int expectedPerSecond) {
    ClientQuotaSetting setting = setting(startSessions, startPerSecond);
    setting.set(sessions, perSecond);
    assertEquals(expectedSessions, setting.sessions());
    assertEquals(expectedUnconfirmed, setting.sessionsUnconfirmed());
    assertEquals(expectedPerSecond, setting.requestsPerSecond());
  }

  @Test
  void shouldKeepTheFormerQuotaWhereTheNewOneIsOutOfRange() {
    ClientQuotaSetting setting = setting(7, 3);
    assertThrows(IllegalArgumentException.class, () -> setting.set(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> setting.set(5, 1_000_001));
    assertEquals("ClientQuotaSetting[sessions=7, requestsPerSecond=3]", setting.toString());
  }
}
