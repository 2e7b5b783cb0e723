// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.epoch.Precomputation;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClientQuotasTest {
  private static final long RETRY_MS = PartyLimits.defaults().retryAfterMs();

  private long nowNs;

  private static ClientKey client(String identity) {
    return new ClientKey(identity, 0);
  }

  private ClientQuotas quotas(int sessions, int perSecond) {
    return quotas(setting(sessions, perSecond), 1);
  }

  private static ClientQuotaSetting setting(int sessions, int perSecond) {
    PartyLimits limits = PartyLimits.builder().maxBatch(1).clientQuota(sessions, perSecond).build();
    return new ClientQuotaSetting(limits, 16, Precomputation.of(8));
  }

  private ClientQuotas quotas(ClientQuotaSetting setting, int times) {
    return new ClientQuotas(setting, times, RETRY_MS, () -> nowNs);
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
        ClientQuotas quotas =
            quotas(new ClientQuotaSetting(limits, maxSessions, Precomputation.of(8)), 1);
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

  /** What is taken stays taken; what comes next meets the new quota, at party 1 twice of it. */
  @Test
  void shouldFollowAQuotaThatChanges() {
    for (int times = 1; times <= 2; times++) {
      ClientQuotaSetting setting = setting(3, 0);
      ClientQuotas quotas = quotas(setting, times);
      assertEquals(3 * times, taken(quotas));
      setting.set(1, 0);
      assertEquals(RETRY_MS, quotas.charge(client("a"), 1));
      for (int answered = 0; answered < 3 * times; answered++) {
        quotas.release(client("a"), 1);
      }
      assertEquals(times, taken(quotas));
      setting.set(2, 0);
      assertEquals(times, taken(quotas));
    }
  }

  private static int taken(ClientQuotas quotas) {
    int taken = 0;
    while (quotas.charge(client("a"), 1) == 0) {
      taken++;
    }
    return taken;
  }

  /** Whoever has asked much while there was no limit of the rate begins with a full account. */
  @Test
  void shouldFollowARateThatChanges() {
    ClientQuotaSetting setting = setting(2, 0);
    ClientQuotas quotas = quotas(setting, 1);
    assertEquals(100, answered(quotas, 100));
    setting.set(2, 4);
    assertEquals(4, answered(quotas, 100));
    setting.set(2, 8);
    nowNs += TimeUnit.MILLISECONDS.toNanos(250);
    assertEquals(2, answered(quotas, 100));
    setting.set(2, 0);
    assertEquals(100, answered(quotas, 100));
  }

  private static int answered(ClientQuotas quotas, int most) {
    int answered = 0;
    while (answered < most && quotas.charge(client("a"), 1) == 0) {
      quotas.release(client("a"), 1);
      answered++;
    }
    return answered;
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
