// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TransportContextTest {
  static Stream<Arguments> badSettings() {
    return Stream.of(
        bad("hello", context -> context.hello(null)),
        bad("listener", context -> context.listener(null)),
        bad("listen", context -> context.listen(null)),
        bad("idleMode", context -> context.idleMode(null)),
        bad("listen", context -> context.listen(new LinkAddress("tcp:localhost:1", 1))),
        bad("listen", context -> context.listen(new LinkAddress("aeron:udp?endpoint=x", 1))),
        bad("listen", context -> context.listen(LinkAddress.udp("0.0.0.0", 0))),
        bad("listen", context -> context.listen(LinkAddress.udp("[0::0]", 0))),
        bad("advertise", context -> context.advertise(LinkAddress.udp("localhost", 0))),
        bad("advertise", context -> context.advertise(LinkAddress.udp("[::]", 7))),
        bad("security", context -> context.security(null)),
        bad("security", context -> context.security(LinkSecurity.Plain.IN_PROCESS)),
        bad("chunkBytes", context -> context.chunkBytes(0)),
        bad("termBytes", context -> context.termBytes((1 << 20) + 1)),
        bad("maxMessageWords", context -> context.maxMessageWords(-1)),
        bad("maxQueuedBytes", context -> context.maxQueuedBytes(0)),
        bad(
            "clientMaxMessageWords",
            context -> context.maxMessageWords(9).clientMaxMessageWords(10)),
        bad("clientMaxQueuedBytes", context -> context.maxQueuedBytes(9).clientMaxQueuedBytes(10)),
        bad("clientMaxQueuedBytes", context -> context.clientMaxQueuedBytes(0)),
        bad("maxLinks", context -> context.maxLinks(0)),
        bad("connectTimeoutMs", context -> context.connectTimeoutMs(-1)),
        bad("handshakeTimeoutMs", context -> context.handshakeTimeoutMs(0)),
        bad("heartbeatMs", context -> context.heartbeatMs(0)),
        bad("peerTimeoutMs", context -> context.peerTimeoutMs(1_499)),
        bad("lingerMs", context -> context.lingerMs(-1)),
        bad("driverTimeoutMs", context -> context.driverTimeoutMs(0)));
  }

  @ParameterizedTest(name = "{0}, case {index}")
  @MethodSource("badSettings")
  void shouldNameTheSettingThatIsWrong(String setting, UnaryOperator<TransportContext> spoil) {
    TransportContext context = spoil.apply(good());

    IllegalArgumentException fault =
        assertThrows(IllegalArgumentException.class, () -> TransportNode.launch(context));

    assertTrue(fault.getMessage().startsWith(setting + " "), fault::getMessage);
    assertEquals(1, fault.getMessage().lines().count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aeron:udp?endpoint=localhost:0",
        "aeron:udp?endpoint=0.0.0.0:4000",
        "aeron:udp?endpoint=[::]:4000",
        "aeron:udp?endpoint=[0:0::0]:4000",
        "aeron:udp",
        "aeron:nothing",
      })
  void shouldRefuseToDialWhatCannotBeDialled(String channel) {
    try (EmbeddedDriver driver = EmbeddedDriver.launch();
        TransportNode node = TransportNode.launch(good().driver(driver))) {
      LinkAddress peer = new LinkAddress(channel, 1);

      IllegalArgumentException fault =
          assertThrows(IllegalArgumentException.class, () -> node.connect(peer, "party 0"));

      assertTrue(fault.getMessage().startsWith("peer "), fault::getMessage);
    }
  }

  @Test
  void shouldServeOneNodeOnly() {
    try (EmbeddedDriver driver = EmbeddedDriver.launch()) {
      TransportContext context = good().driver(driver);
      TransportNode.launch(context).close();

      assertThrows(IllegalArgumentException.class, () -> TransportNode.launch(context));
    }
  }

  private static Arguments bad(String setting, UnaryOperator<TransportContext> spoil) {
    return Arguments.of(setting, spoil);
  }

  private static TransportContext good() {
    return new TransportContext()
        .hello(Nodes.hello(Role.PARTY, 0))
        .security(Nodes.secured(0))
        .listen(Nodes.freshAddress(Nodes.Medium.IPC))
        .listener(new RecordingListener());
  }
}
