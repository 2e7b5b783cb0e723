// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.stream.KillSwitch;
import org.junit.jupiter.api.Test;

/** When a connection ends because of what its remote sends, or does not. */
class RemoteConnectionTest {
  private static final int MAX_BYTES =
      HttpFrontSettings.MAX_HEAD_BYTES + PlaintextPieces.INBOUND_BYTES;

  private final List<Throwable> ends = new ArrayList<>();
  private final RemoteConnection connection =
      new RemoteConnection(InetAddress.getLoopbackAddress(), 0);

  RemoteConnectionTest() {
    connection.started(
        new KillSwitch() {
          @Override
          public void shutdown() {
            ends.add(null);
          }

          @Override
          public void abort(Throwable cause) {
            ends.add(cause);
          }
        });
  }

  @Test
  void shouldEndWhenAHeadIsTooLarge() {
    assertTrue(connection.received(MAX_BYTES));
    assertFalse(connection.received(1));
    assertEquals(1, ends.size());
  }

  @Test
  void shouldCountNothingOfABody() {
    assertTrue(connection.received(MAX_BYTES));
    connection.asked();
    assertTrue(connection.received(MAX_BYTES));
    connection.answered(1, false);
    assertTrue(connection.received(MAX_BYTES), "the next head");
    assertEquals(List.of(), ends);
    assertFalse(connection.received(1));
    assertEquals(1, ends.size());
  }

  @Test
  void shouldCountNothingAfterTheLastAnswer() {
    connection.asked();
    connection.answered(1, true);
    assertTrue(connection.received(MAX_BYTES));
    assertTrue(connection.received(MAX_BYTES), "the rest of a body");
    assertEquals(List.of(), ends);
    connection.endIfIdle(1_000, 10, 20);
    assertEquals(1, ends.size());
  }

  @Test
  void shouldEndWhenNoHeadComesInTime() {
    connection.endIfIdle(10, 10, 20);
    assertEquals(0, ends.size());
    connection.asked();
    connection.endIfIdle(1_000, 10, 20);
    assertEquals(0, ends.size(), "an answer is awaited");
    connection.answered(1_000, false);
    connection.sent(1_001);
    connection.endIfIdle(1_021, 10, 20);
    assertEquals(0, ends.size());
    connection.endIfIdle(1_022, 10, 20);
    assertEquals(1, ends.size());
  }
}
