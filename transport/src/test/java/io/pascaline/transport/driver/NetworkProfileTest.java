// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkProfileTest {
  private static final long MAX_IN_FLIGHT = 512L << 20;

  /** The table of docs/settings.md, in bytes and MiB. */
  @Test
  void shouldBeAsDocumented() {
    assertProfile(NetworkProfile.lan(), "lan", 1_250_000, 2, 4);
    assertProfile(NetworkProfile.regional(), "regional", 2_500_000, 4, 8);
    assertProfile(NetworkProfile.wan(), "wan", 12_500_000, 16, 32);
    assertEquals(NetworkProfile.lan().windowBytes(), NetworkProfile.usual().windowBytes());
    assertTrue(NetworkProfile.lan().strict() && !NetworkProfile.usual().strict());
  }

  @Test
  void shouldBeFoundByItsName() {
    assertEquals(NetworkProfile.lan(), NetworkProfile.of("lan"));
    assertEquals(NetworkProfile.regional(), NetworkProfile.of("regional"));
    assertEquals(NetworkProfile.wan(), NetworkProfile.of("wan"));
    assertThrows(IllegalArgumentException.class, () -> NetworkProfile.of("LAN"));
  }

  @Test
  void shouldBeAsMeasured() {
    NetworkProfile measured = NetworkProfile.measured(Duration.ofMillis(40), 200);
    assertEquals(40_000, measured.roundTripUs());
    assertEquals(200_000_000, measured.bitsPerSecond());
    assertTrue(measured.strict());
    assertEquals(1, NetworkProfile.measured(Duration.ofNanos(1), 1).roundTripUs());
    for (Duration roundTrip : new Duration[] {Duration.ofSeconds(11), Duration.ofDays(300_000)}) {
      assertThrows(IllegalArgumentException.class, () -> NetworkProfile.measured(roundTrip, 1));
    }
  }

  private static void assertProfile(
      NetworkProfile profile, String name, long inFlight, int windowMib, int termMib) {
    assertEquals(name, profile.name());
    assertEquals(inFlight, inFlight(profile));
    assertEquals(windowMib << 20, profile.windowBytes(), name);
    assertEquals(termMib << 20, profile.termBytes(), name);
    assertEquals(0, profile.mtuBytes());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void shouldHoldWhatIsInFlightAndHardlyMore(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int taken = 0;
    for (int i = 0; i < 2_000; i++) {
      long roundTripUs = 1 + random.nextLong(1L << (1 + random.nextInt(23)));
      long bits = 1_000 + random.nextLong(1L << (11 + random.nextInt(27)));
      String which = "seed " + seed + ": " + roundTripUs + " us, " + bits + " bit/s";
      if (bits / 8 * roundTripUs / 1_000_000 > MAX_IN_FLIGHT) {
        assertThrows(
            IllegalArgumentException.class,
            () -> new NetworkProfile("x", roundTripUs, bits, 0, true),
            which);
        continue;
      }
      taken++;
      NetworkProfile profile = new NetworkProfile("x", roundTripUs, bits, 0, true);
      long window = profile.windowBytes();
      long term = profile.termBytes();

      assertEquals(1, Long.bitCount(window), which);
      assertEquals(1, Long.bitCount(term), which);
      assertTrue(window >= inFlight(profile) && window >= 256 << 10, which);
      assertTrue(window < 2 * Math.max(inFlight(profile), 256 << 10), which);
      // Aeron refuses a window above half a term, and terms above 1 GiB.
      assertTrue(window <= term / 2 && term <= 1 << 30 && term >= 1 << 20, which);
    }
    assertTrue(taken > 1_000);
  }

  private static long inFlight(NetworkProfile profile) {
    return profile.bitsPerSecond() / 8 * profile.roundTripUs() / 1_000_000;
  }

  @Test
  void shouldTakeTheMostThatAeronCan() {
    NetworkProfile most = new NetworkProfile("most", 1_000_000, 8 * MAX_IN_FLIGHT, 65_504, true);

    assertEquals(MAX_IN_FLIGHT, most.windowBytes());
    assertEquals(1 << 30, most.termBytes());
    assertEquals(1_216, NetworkProfile.wan().withMtuBytes(NetworkProfile.MIN_MTU_BYTES).mtuBytes());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1000, 0, roundTripUs is 0",
    "10000001, 1000, 0, roundTripUs is 10000001",
    "1, 999, 0, bitsPerSecond is 999",
    "1, 400000000001, 0, bitsPerSecond is 400000000001",
    "1, 1000, 1184, mtuBytes is 1184",
    "1, 1000, 1217, mtuBytes is 1217",
    "1, 1000, 65536, mtuBytes is 65536",
    "1, 1000, -32, mtuBytes is -32",
    "1000000, 4294967304, 0, 536870913 bytes",
  })
  void shouldNameWhatItRefuses(long roundTripUs, long bits, int mtuBytes, String part) {
    IllegalArgumentException fault =
        assertThrows(
            IllegalArgumentException.class,
            () -> new NetworkProfile("x", roundTripUs, bits, mtuBytes, true));

    assertTrue(fault.getMessage().contains(part), fault::getMessage);
  }
}
