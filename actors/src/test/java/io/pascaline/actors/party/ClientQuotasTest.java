// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClientQuotasTest {
  private static final long RETRY_MS = PartyLimits.defaults().retryAfterMs();

  private long nowNs;

  private static ClientKey client(String identity) {
    return new ClientKey(identity, 0);
  }

  private ClientQuotas quotas(int sessions, int perSecond) {
    return new ClientQuotas(
        PartyLimits.defaults().toBuilder().clientQuota(sessions, perSecond).build(),
        16,
        1,
        () -> nowNs);
  }

  @Test
  void shouldBoundWhatOneClientHasInFlightAndNoOther() {
    ClientQuotas quotas = quotas(2, 0);
    assertEquals(0, quotas.charge(client("a"), 1));
    assertEquals(0, quotas.charge(client("a"), 1));
    assertEquals(RETRY_MS, quotas.charge(client("a"), 1));
    assertEquals(0, quotas.charge(client("b"), 1));
    quotas.release(client("a"), 1);
    assertEquals(0, quotas.charge(client("a"), 1));
  }

  /** Settings that nobody has touched: one client alone does not fill the party. */
  @Test
  void shouldLeaveRoomForOthersByDefault() {
    for (int maxSessions : new int[] {1, 2, 16, 1024}) {
      for (int maxQueued : new int[] {1, 64, 1024}) {
        PartyLimits limits = PartyLimits.defaults().toBuilder().maxQueued(maxQueued).build();
        ClientQuotas quotas = new ClientQuotas(limits, maxSessions, 1, () -> nowNs);
        int taken = 0;
        while (quotas.charge(client("a"), 1) == 0) {
          taken++;
        }
        assertEquals(Math.max(1, (maxSessions + maxQueued) / 4), taken);
        assertEquals(0, quotas.charge(client("b"), 1));
        assertEquals(taken, limits.clientSessions(maxSessions));
      }
    }
    assertEquals(
        7, PartyLimits.defaults().toBuilder().clientQuota(7, 0).build().clientSessions(16));
  }

  /** Nor does it hold what is prepared for all, unless it may have all or there is only one. */
  @Test
  void shouldLeaveWhatIsPreparedToOthersByDefault() {
    PartyLimits usual = PartyLimits.defaults();
    assertEquals(2, usual.clientSessionsUnconfirmed(16, 8));
    assertEquals(1, usual.clientSessionsUnconfirmed(1, 8));
    assertEquals(2, usual.toBuilder().clientQuota(79, 0).build().clientSessionsUnconfirmed(16, 8));
    assertEquals(16, usual.toBuilder().clientQuota(80, 0).build().clientSessionsUnconfirmed(16, 8));
    assertEquals(16, usual.forOnlyClient().clientSessionsUnconfirmed(16, 8));
    assertEquals(7, usual.toBuilder().clientQuota(7, 0).build().forOnlyClient().clientSessions(16));
  }

  @Test
  void shouldBoundAClientsRateAndSayWhenToTryAgain() {
    ClientQuotas quotas = quotas(2, 4);
    for (int burst = 0; burst < 4; burst++) {
      assertEquals(0, quotas.charge(client("a"), 1));
      quotas.release(client("a"), 1);
    }
    assertEquals(250, quotas.charge(client("a"), 1));
    nowNs += TimeUnit.MILLISECONDS.toNanos(250);
    assertEquals(0, quotas.charge(client("a"), 1));
    quotas.release(client("a"), 1);
    assertTrue(quotas.charge(client("a"), 1) > 0);
  }

  @Test
  void shouldForgetClientsOnceTheirAccountIsFull() {
    ClientQuotas quotas = quotas(2, 0);
    for (int client = 0; client < 100; client++) {
      assertEquals(0, quotas.charge(client("c" + client), 1));
      quotas.release(client("c" + client), 1);
    }
    assertEquals(0, quotas.accountCount());
  }

  /** Clients that come under ever new names use up no more memory than others. */
  @Test
  void shouldHoldABoundedNumberOfAccounts() {
    ClientQuotas quotas = quotas(2, 1);
    for (int client = 0; client < 10_000; client++) {
      if (quotas.charge(client("c" + client), 1) == 0) {
        quotas.release(client("c" + client), 1);
      }
    }
    assertTrue(quotas.accountCount() <= 4096, "accounts " + quotas.accountCount());
    nowNs += TimeUnit.SECONDS.toNanos(60);
    assertEquals(0, quotas.charge(client("late"), 1));
  }
}
