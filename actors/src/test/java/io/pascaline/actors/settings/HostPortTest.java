// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:1",
        "party0.example.org:65535",
        "4th-floor:7",
        "127.0.0.1:0",
        "255.1.20.199:9",
        "[::1]:40400",
        "[fe80::1%eth0]:40400",
        "[::ffff:10.0.0.1]:1"
      })
  void shouldReadTheAddressOfOneMachine(String text) {
    HostPort address = HostPort.parse(text);

    assertTrue(address.isOneHost());
    assertEquals(text, address.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0:1",
        "[::]:1",
        "[0:0:0:0:0:0:0:0]:1",
        "[::0]:1",
        "[::ffff:0.0.0.0]:1",
        "[::%eth0]:1",
        "0:1",
        "0.0:1",
        "300.1.1.1:1",
        "1.2.3.4.:1",
        "1.2.3:1",
        "224.0.1.1:1",
        "[ff02::1]:1",
        "[1:2]:1"
      })
  void shouldTellWildcardsAndGroupsFromOneMachine(String text) {
    assertFalse(HostPort.parse(text).isOneHost());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0.0.0.0:1", "[::]:1", "[0:0:0:0:0:0:0:0]:1", "[::ffff:0.0.0.0]:1", "[::%eth0]:1"})
  void shouldTellWildcardsFromGroupsAndNonsense(String text) {
    assertTrue(HostPort.parse(text).isWildcard());
    for (String other : new String[] {"224.0.1.1:1", "[ff02::1]:1", "0:1", "[1:2]:1", "a:1"}) {
      assertFalse(HostPort.parse(other).isWildcard(), other);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        ":1",
        "a:",
        "a:b",
        "a:-1",
        "a:65536",
        "::1:40400",
        "[]:1",
        "[1]:1",
        "a[b:1",
        "a b:1",
        "a|b=c:1"
      })
  void shouldRefuseWhatIsNoHostAndPort(String text) {
    assertThrows(IllegalArgumentException.class, () -> HostPort.parse(text));
  }
}
