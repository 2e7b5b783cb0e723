// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfilesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lan | rtt=200us,bw=10gbps",
        "wan | rtt=100ms,bw=100mbps",
        "rtt=0,bw=unlimited | rtt=0,bw=unlimited",
        "wan,rtt=1.5s | rtt=1.5s,bw=100mbps",
        "regional, jitter=2ms, loss=1% | rtt=10ms,bw=1gbps,jitter=2ms,loss=0.01",
        "wan,up=20mbps | rtt=100ms,bw=100mbps,up=20mbps",
        "up=20mbps,bw=1gbps | rtt=200us,bw=1gbps,up=20mbps",
        "up=10gbps | rtt=200us,bw=10gbps",
        "rtt=30.25ms,bw=2.5gbps | rtt=30250us,bw=2.5gbps",
      })
  void shouldReadProfiles(String text, String expected) {
    LinkProfile profile = Profiles.parse(text);
    assertEquals(expected, profile.toString());
    assertEquals(profile, Profiles.parse(profile.toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "moon",
        "",
        "rtt=",
        "rtt=5",
        "rtt=-1ms",
        "rtt=1h",
        "rtt=3601s",
        "bw=0mbps",
        "bw=fast",
        "up=0",
        "loss=1",
        "loss=100%",
        "loss=-1%",
        "speed=1",
        "rtt=1ms,wan",
        "rtt=99999999999999ms",
      })
  void shouldNameWhatIsAllowed(String text) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Profiles.parse(text)).getMessage();
    assertTrue(message.contains(" must be "), message);
    assertTrue(message.lines().count() == 1, message);
  }

  @Test
  void shouldTakeTimeInProportionToBytes() {
    LinkProfile link = LinkProfile.of(0, 8_000_000);
    assertEquals(1_000, link.transmissionNs(1));
    assertEquals(1_000_000_000, link.transmissionNs(1_000_000));
    LinkProfile unlimited = link.toBuilder().bitsPerSecond(LinkProfile.UNLIMITED).build();
    assertEquals(0, unlimited.transmissionNs(1_000_000));
  }
}
