// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.TransportException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "aeron:ipc",
        "aeron:udp?endpoint=localhost:4000",
        "aeron:udp?endpoint=10.0.0.7:4000",
        "aeron:udp?endpoint=255.254.199.0:1",
        "aeron:udp?endpoint=[::1]:4000",
        "aeron:udp?endpoint=[2001:db8::7]:65535",
        "aeron:udp?endpoint=[::ffff:10.0.0.7]:4000",
      })
  void shouldReplyToNumbersAndLocalhost(String channel) {
    assertDoesNotThrow(() -> Channels.requireReply(new LinkAddress(channel, 3)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "slow.example:4000",
        "localhost.example:4000",
        "LOCALHOST:4000",
        "127.1:4000",
        "1.2.3.256:4000",
        "01.2.3.4:4000",
        "1.2.3.4.:4000",
        "cafe:4000",
        "[]:4000",
        "[::1%lo]:4000",
        "[1.2.3.4]:4000",
        "[::1::]:4000",
        "::1:4000",
        "239.1.1.1:4000",
        "[ff02::1]:4000",
        "[::]:4000",
        "[0:0:0:0:0:0:0:0]:4000",
        "[::ffff:0.0.0.0]:4000",
        "0.0.0.0:4000",
        "localhost:0",
      })
  void shouldNotReplyToAnythingElse(String endpoint) {
    LinkAddress address = new LinkAddress("aeron:udp?endpoint=" + endpoint, 3);

    assertThrows(IllegalArgumentException.class, () -> Channels.requireReply(address));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"aeron:ipc", "aeron:udp?endpoint=localhost:4000", "aeron:udp?endpoint=10.0.0.7:1"})
  void shouldLeaveNumbersAsTheyAre(String channel) {
    LinkAddress address = new LinkAddress(channel, 3);

    assertEquals(address, Channels.numeric("listen", address));
  }

  /** What a node asks to be answered at must be what a node takes. */
  @Test
  void shouldAskToBeAnsweredAtANumber() {
    // Known everywhere, and not the spelling that stays as it is.
    LinkAddress named = LinkAddress.udp("LocalHost", 4000);

    LinkAddress numbered = Channels.numeric("advertise", named);

    assertDoesNotThrow(() -> Channels.requireReply(numbered));
    assertTrue(numbered.channel().endsWith(":4000"), numbered.channel());
    assertEquals(named.streamId(), numbered.streamId());
  }

  @Test
  void shouldNameTheSettingWhoseHostIsNotKnown() {
    LinkAddress unknown = LinkAddress.udp("no such host", 4000);

    TransportException fault =
        assertThrows(TransportException.class, () -> Channels.numeric("advertise", unknown));

    assertEquals(TransportException.Kind.BAD_ADDRESS, fault.kind());
    assertEquals(
        "advertise names the host no such host, which is not known here: write its IP address",
        fault.getMessage());
  }
}
