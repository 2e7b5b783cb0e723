// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class StreamBudgetTest {
  private static final long SECOND_NS = 1_000_000_000L;

  private final StreamBudget budget = new StreamBudget();
  private int session;

  private static InetAddress host(int number) throws UnknownHostException {
    return InetAddress.getByAddress(
        new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
  }

  /** Returns how many of so many new streams a host may begin. */
  private int taken(int host, int count, long nowNs) throws UnknownHostException {
    int taken = 0;
    for (int i = 0; i < count; i++) {
      taken += budget.takes(host(host), session++, nowNs) ? 1 : 0;
    }
    return taken;
  }

  @Test
  void shouldTakeABurstOfASourceAndThenSoManyASecond() throws UnknownHostException {
    assertEquals(StreamBudget.SOURCE_BURST, taken(1, 1_000, 0));
    assertEquals(0, taken(1, 10, 0));
    assertEquals(StreamBudget.SOURCE_PER_SECOND, taken(1, 1_000, SECOND_NS));
  }

  @Test
  void shouldLeaveRoomForOthersBesideASourceThatFloods() throws UnknownHostException {
    taken(1, 10_000, 0);

    assertEquals(50, taken(2, 50, 0));
  }

  @Test
  void shouldLetAStreamAskAgain() throws UnknownHostException {
    assertTrue(budget.takes(host(1), 7, 0));
    taken(1, 1_000, 0);

    assertTrue(budget.takes(host(1), 7, 0));
    assertFalse(budget.takes(host(1), -1, 0));
    // A session is one source's: another cannot ride on it.
    taken(2, 1_000, 0);
    assertFalse(budget.takes(host(2), 7, 0));
  }

  @Test
  void shouldBoundAllSourcesTogether() throws UnknownHostException {
    int taken = 0;
    for (int source = 0; source < 5_000; source++) {
      taken += taken(source, 1, 0);
    }

    assertEquals(StreamBudget.BURST, taken);
    assertEquals(StreamBudget.PER_SECOND, takenOfMany(SECOND_NS));
  }

  private int takenOfMany(long nowNs) throws UnknownHostException {
    int taken = 0;
    for (int source = 10_000; source < 12_000; source++) {
      taken += taken(source, 1, nowNs);
    }
    return taken;
  }
}
