// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.aeron.ChannelUri;
import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nodes that peers reach at another address than they listen at. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AdvertisedAddressTest {
  @ParameterizedTest(name = "listening on {0}")
  @CsvSource({"127.0.0.1, 127.0.0.1", "0.0.0.0, 127.0.0.1", "[::], ::1"})
  void shouldBeDialledAndAnsweredWhereAPortLeadsToIt(String listened, String inner)
      throws Exception {
    assumeTrue(!inner.contains(":") || hasIpv6(), "no IPv6 here");
    RecordingListener listener0 = new RecordingListener();
    RecordingListener listener1 = new RecordingListener();
    LinkAddress anyPort = LinkAddress.udp(listened, 0);
    try (ForwardedPort port0 = new ForwardedPort();
        ForwardedPort port1 = new ForwardedPort();
        EmbeddedDriver driver0 = EmbeddedDriver.launch();
        EmbeddedDriver driver1 = EmbeddedDriver.launch();
        TransportNode node0 =
            TransportNode.launch(
                Nodes.party(0, driver0, anyPort, listener0).advertise(port0.address()));
        TransportNode node1 =
            TransportNode.launch(
                Nodes.party(1, driver1, anyPort, listener1).advertise(port1.address()))) {
      port0.leadTo(new InetSocketAddress(inner, portOf(node0)));
      port1.leadTo(new InetSocketAddress(inner, portOf(node1)));

      node1.connect(port0.address(), "party 0");

      assertCarries(listener1.awaitOpened(), listener0);
      assertCarries(listener0.awaitOpened(), listener1);
      assertEquals(0, node0.counters().faults() + node1.counters().faults());
    }
  }

  /** Such as that of an address in memory, which has none. */
  @Test
  void shouldFreeItsAddressIfTheDriverDoesNotKnowItsPort() {
    LinkAddress inMemory = Nodes.freshAddress(Medium.IPC);
    RecordingListener listener = new RecordingListener();
    try (EmbeddedDriver driver = EmbeddedDriver.launch()) {
      TransportContext refused =
          Nodes.party(0, driver, inMemory, listener).advertise(LinkAddress.udp("127.0.0.1", 1));
      assertThrows(IndexOutOfBoundsException.class, () -> TransportNode.launch(refused));

      TransportNode.launch(Nodes.party(0, driver, inMemory, listener)).close();
    }
    assertFalse(listener.hasDown());
  }

  private static void assertCarries(Link link, RecordingListener there) {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 5; i++) {
      int[] words = Nodes.randomWords(random, 50_000);
      assertTrue(link.send(new LinkMessage.Correction(1, i, 2, words.clone())));
      assertArrayEquals(words, ((LinkMessage.Correction) there.awaitMessage()).words());
    }
  }

  private static int portOf(TransportNode node) {
    String endpoint = ChannelUri.parse(node.address().channel()).get("endpoint");
    return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
  }

  private static boolean hasIpv6() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .anyMatch(address -> address instanceof Inet6Address && address.isLoopbackAddress());
  }
}
