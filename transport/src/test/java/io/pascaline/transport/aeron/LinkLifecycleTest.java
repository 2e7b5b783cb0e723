// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.driver.Channels;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.link.TransportException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LinkLifecycleTest {
  private final RecordingListener listener0 = new RecordingListener();
  private final RecordingListener listener1 = new RecordingListener();
  private EmbeddedDriver driver;

  @BeforeEach
  void launchDriver() {
    driver = EmbeddedDriver.launch();
  }

  @AfterEach
  void closeDriver() {
    driver.close();
  }

  @ParameterizedTest
  @EnumSource(Medium.class)
  void shouldTellBothSidesWhenOneClosesTheLink(Medium medium) {
    try (TransportNode node0 = launch(0, Nodes.freshAddress(medium), listener0);
        TransportNode node1 = launch(1, Nodes.freshAddress(medium), listener1)) {
      node1.connect(node0.address(), "party 0");
      Link link0 = listener0.awaitOpened();
      Link link1 = listener1.awaitOpened();
      assertTrue(link0.send(new LinkMessage.Failure(FailureCode.PLAN_MISMATCH, "other plan")));

      link0.close();

      assertFalse(link0.isOpen());
      assertFalse(link0.send(new LinkMessage.Credit(1, 2, 3)));
      assertEquals("closed by party 0", listener0.awaitClosed());
      assertInstanceOf(LinkMessage.Failure.class, listener1.awaitMessage());
      assertEquals("party 0 closed the link: closed by party 0", listener1.awaitClosed());
      assertFalse(link1.isOpen());
    }
  }

  @ParameterizedTest
  @EnumSource(Medium.class)
  void shouldOpenAgainWhenDialledPeerRestarts(Medium medium) {
    TransportNode first = launch(0, Nodes.freshAddress(medium), listener0);
    LinkAddress address = first.address();
    try (TransportNode node1 = launch(1, Nodes.freshAddress(medium), listener1)) {
      node1.connect(address, "party 0");
      Link before = listener1.awaitOpened();
      listener0.awaitOpened();
      first.close();
      listener1.awaitClosed();

      try (TransportNode second = launch(0, address, listener0)) {
        Link after = listener1.awaitOpened();
        assertTrue(before.peerHello().nodeId() != after.peerHello().nodeId());
        assertTrue(after.send(new LinkMessage.Credit(1, 2, 3)));
        assertEquals(new LinkMessage.Credit(1, 2, 3), listener0.awaitMessage());
        assertFalse(before.isOpen());
        assertEquals(1, second.counters().opened());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Medium.class)
  void shouldOpenAgainWhenDiallingPeerRestarts(Medium medium) {
    try (TransportNode node0 = launch(0, Nodes.freshAddress(medium), listener0)) {
      TransportNode first = launch(1, Nodes.freshAddress(medium), listener1);
      LinkAddress address = first.address();
      first.connect(node0.address(), "party 0");
      listener0.awaitOpened();
      first.close();
      listener0.awaitClosed();

      try (TransportNode second = launch(1, address, listener1)) {
        second.connect(node0.address(), "party 0");
        Link link = listener0.awaitOpened();
        assertTrue(link.send(new LinkMessage.Credit(1, 2, 3)));
        assertEquals(new LinkMessage.Credit(1, 2, 3), listener1.awaitMessage());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Medium.class)
  void shouldFindPeerThatStartsLater(Medium medium) {
    TransportNode probe = launch(0, Nodes.freshAddress(medium), listener0);
    LinkAddress address = probe.address();
    probe.close();
    try (TransportNode node1 = launch(1, Nodes.freshAddress(medium), listener1)) {
      node1.connect(address, "party 0");
      node1.connect(address, "party 0");
      try (TransportNode node0 = launch(0, address, listener0)) {
        listener0.awaitOpened();
        listener1.awaitOpened();
        assertEquals(1, node0.counters().opened());
      }
    }
  }

  @Test
  void shouldRefuseAtTheBoundAndRecover() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    RecordingListener slow = new RecordingListener();
    LinkListener blocking = new BlockingListener(slow, blocked, release);
    int maxQueuedBytes = 1 << 20;
    int words = 25_000;
    try (TransportNode node0 =
            TransportNode.launch(
                Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), slow).listener(blocking));
        TransportNode node1 =
            TransportNode.launch(
                Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), listener1)
                    .maxQueuedBytes(maxQueuedBytes))) {
      node1.connect(node0.address(), "party 0");
      Link link = listener1.awaitOpened();
      int sent = 0;
      // More than the log's window and the queue hold together: it must end.
      while (link.send(new LinkMessage.Correction(1, sent, 0, new int[words])) || sent < 10) {
        sent++;
        assertTrue(sent < 1_000, "no back pressure");
        if (link.queuedBytes() == 0) {
          Thread.yield();
        }
      }
      assertTrue(blocked.await(30, TimeUnit.SECONDS));
      assertTrue(link.queuedBytes() <= maxQueuedBytes, link.queuedBytes() + " bytes queued");
      assertTrue(link.isOpen());

      release.countDown();

      for (int i = 0; i < sent; i++) {
        assertEquals(i, ((LinkMessage.Correction) slow.awaitMessage()).number());
      }
      RawPeer.await("empty queue", () -> link.queuedBytes() == 0);
      assertTrue(link.send(new LinkMessage.Correction(1, sent, 0, new int[words])));
      assertEquals(sent, ((LinkMessage.Correction) slow.awaitMessage()).number());
    }
  }

  @Test
  void shouldSendMessageLargerThanTheBoundWhenNothingElseWaits() {
    try (TransportNode node0 = launch(0, Nodes.freshAddress(Medium.IPC), listener0);
        TransportNode node1 =
            TransportNode.launch(
                Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), listener1)
                    .maxQueuedBytes(1000))) {
      node1.connect(node0.address(), "party 0");

      assertTrue(
          listener1
              .awaitOpened()
              .send(new LinkMessage.OutputShare(new RequestId(1, 2), new int[9999])));

      assertEquals(9999, ((LinkMessage.OutputShare) listener0.awaitMessage()).words().length);
    }
  }

  @Test
  void shouldSayWhichVersionsDoNotFit() {
    try (TransportNode node0 =
            TransportNode.launch(
                Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), listener0)
                    .hello(Nodes.hello(Role.PARTY, 0, 1)));
        TransportNode node1 =
            TransportNode.launch(
                Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), listener1)
                    .hello(Nodes.hello(Role.PARTY, 1, 2)))) {
      node1.connect(node0.address(), "party 0");

      assertEquals(
          "party 1 speaks protocol version 2, this node 1: run the same release on both",
          listener0.awaitClosed());
      assertEquals(
          "party 0 speaks protocol version 1, this node 2: run the same release on both",
          listener1.awaitClosed());
      assertEquals(0, node0.counters().opened());
      assertEquals(0, node1.counters().opened());
    }
  }

  @ParameterizedTest
  @EnumSource(Medium.class)
  void shouldGiveUpUnreachablePeer(Medium medium) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    // The socket holds a port that nobody answers at.
    try (DatagramSocket silent = new DatagramSocket(new InetSocketAddress(loopback, 0));
        TransportNode node1 =
            TransportNode.launch(
                Nodes.party(1, driver, Nodes.freshAddress(medium), listener1)
                    .connectTimeoutMs(200))) {
      LinkAddress nobody =
          medium == Medium.IPC
              ? Nodes.freshAddress(medium)
              : LinkAddress.udp("localhost", silent.getLocalPort());
      node1.connect(nobody, "party 0");

      TransportException reason = listener1.awaitUnreachable();

      assertEquals(TransportException.Kind.UNREACHABLE, reason.kind());
      assertTrue(reason.getMessage().contains("within 200 ms"), reason.getMessage());
      assertEquals(1, reason.getMessage().lines().count());
    }
  }

  @Test
  void shouldSayThatPortIsTaken() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (DatagramSocket holder = new DatagramSocket(new InetSocketAddress(loopback, 0))) {
      int port = holder.getLocalPort();

      TransportException fault =
          assertThrows(
              TransportException.class,
              () -> launch(0, LinkAddress.udp("localhost", port), listener0));

      assertEquals(TransportException.Kind.ADDRESS_IN_USE, fault.kind());
      assertEquals(
          "port "
              + port
              + " on localhost is taken: choose another listen endpoint or stop the process that"
              + " holds it",
          fault.getMessage());
    }
  }

  @ParameterizedTest
  @EnumSource(Medium.class)
  void shouldNotLetTwoNodesOfOneDriverShareAnAddress(Medium medium) {
    try (TransportNode node0 =
        TransportNode.launch(Nodes.party(0, driver, Nodes.freshAddress(medium), listener0))) {
      TransportContext context = Nodes.party(1, driver, node0.address(), listener1);

      TransportException fault =
          assertThrows(TransportException.class, () -> TransportNode.launch(context));

      assertEquals(TransportException.Kind.ADDRESS_IN_USE, fault.kind());
    }
  }

  @Test
  void shouldKeepIdleLinkAlive() {
    try (TransportNode node0 =
            TransportNode.launch(quick(Nodes.party(0, driver, fresh(), listener0)));
        TransportNode node1 =
            TransportNode.launch(quick(Nodes.party(1, driver, fresh(), listener1)))) {
      node1.connect(node0.address(), "party 0");
      Link link0 = listener0.awaitOpened();
      Link link1 = listener1.awaitOpened();

      // Heartbeats over one and a half times the silence that would end the link.
      RawPeer.await("heartbeats to party 0", () -> link0.counters().receivedFrames() > 60);
      RawPeer.await("heartbeats to party 1", () -> link1.counters().receivedFrames() > 60);

      assertTrue(link0.isOpen());
      assertTrue(link1.isOpen());
    }
  }

  @Test
  void shouldUseDriverOfAnotherProcess() {
    try (TransportNode node0 =
            TransportNode.launch(
                Nodes.party(0, null, fresh(), listener0).aeronDirectory(driver.directory()));
        TransportNode node1 = launch(1, fresh(), listener1)) {
      node1.connect(node0.address(), "party 0");

      assertTrue(listener0.awaitOpened().send(new LinkMessage.Credit(1, 2, 3)));

      assertEquals(new LinkMessage.Credit(1, 2, 3), listener1.awaitMessage());
    }
  }

  @Test
  void shouldSayThatNoDriverAnswers() {
    TransportException fault =
        assertThrows(
            TransportException.class,
            () ->
                TransportNode.launch(
                    new TransportContext()
                        .hello(Nodes.hello(Role.CLIENT, -1))
                        .security(Nodes.secured(0))
                        .aeronDirectory("/nowhere/at/all")
                        .driverTimeoutMs(100)
                        .listen(LinkAddress.ipc(1))
                        .listener(listener0)));

    assertEquals(TransportException.Kind.DRIVER, fault.kind());
    assertEquals(1, fault.getMessage().lines().count());
  }

  @Test
  void shouldHoldNoMessagesOnceClosed() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    RecordingListener slow = new RecordingListener();
    try (TransportNode node0 =
            TransportNode.launch(
                Nodes.party(0, driver, fresh(), slow)
                    .listener(new BlockingListener(slow, blocked, release)));
        TransportNode node1 =
            TransportNode.launch(Nodes.party(1, driver, fresh(), listener1).lingerMs(10))) {
      node1.connect(node0.address(), "party 0");
      Link link = listener1.awaitOpened();
      // More than the log's window takes while the peer reads nothing.
      for (int i = 0; i < 400; i++) {
        assertTrue(link.send(new LinkMessage.Correction(1, i, 0, new int[25_000])));
      }
      assertTrue(blocked.await(30, TimeUnit.SECONDS));
      assertTrue(link.queuedBytes() > 0);

      link.close();
      listener1.awaitClosed();

      assertEquals(0, link.queuedBytes());
      assertFalse(link.send(new LinkMessage.Credit(1, 2, 3)));
      release.countDown();
    }
  }

  @Test
  void shouldSayOnceThatTheDriverIsGone() {
    EmbeddedDriver mortal = EmbeddedDriver.launch();
    TransportNode node0 =
        TransportNode.launch(
            Nodes.party(0, mortal, fresh(), listener0)
                .errorHandler(fault -> {})
                .driverTimeoutMs(500));
    mortal.close();

    TransportException reason = listener0.awaitDown();
    node0.close();

    assertEquals(TransportException.Kind.DRIVER, reason.kind());
    assertTrue(
        reason.getMessage().startsWith("party 0 lost its media driver ("), reason::getMessage);
    assertEquals(1, reason.getMessage().lines().count());
    assertFalse(listener0.hasDown());
  }

  @Test
  void shouldSayThatThePollingThreadDied() {
    LinkListener fatal =
        new ForwardingListener(listener0) {
          @Override
          public void onMessage(Link link, LinkMessage message) {
            Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {});
            throw new StackOverflowError("of a test");
          }
        };
    try (TransportNode node0 =
            TransportNode.launch(
                Nodes.party(0, driver, fresh(), listener0)
                    .listener(fatal)
                    .errorHandler(fault -> {}));
        TransportNode node1 = launch(1, fresh(), listener1)) {
      node1.connect(node0.address(), "party 0");
      listener0.awaitOpened();
      assertTrue(listener1.awaitOpened().send(new LinkMessage.Credit(1, 2, 3)));

      TransportException reason = listener0.awaitDown();

      assertEquals(TransportException.Kind.CARRIER, reason.kind());
      assertEquals(
          "the polling thread of party 0 died (of a test): restart the node", reason.getMessage());
      assertEquals("closed by party 0", listener0.awaitClosed());
      assertEquals("party 0 closed the link: closed by party 0", listener1.awaitClosed());
    }
  }

  @Test
  void shouldNotBeDownWhenItIsClosed() {
    TransportNode node0 = launch(0, fresh(), listener0);

    node0.close();

    assertFalse(listener0.hasDown());
  }

  @Test
  void shouldCloseLinksWhenTheDriverDies() {
    EmbeddedDriver mortal = EmbeddedDriver.launch();
    try (TransportNode node0 =
            TransportNode.launch(
                Nodes.party(0, mortal, Nodes.freshAddress(Medium.IPC), listener0)
                    .errorHandler(fault -> {})
                    .driverTimeoutMs(500));
        TransportNode node1 =
            TransportNode.launch(
                Nodes.party(1, mortal, Nodes.freshAddress(Medium.IPC), listener1)
                    .errorHandler(fault -> {})
                    .driverTimeoutMs(500))) {
      node1.connect(node0.address(), "party 0");
      listener0.awaitOpened();
      listener1.awaitOpened();

      mortal.close();

      assertFalse(listener0.awaitClosed().isBlank());
      assertFalse(listener1.awaitClosed().isBlank());
    }
  }

  private static LinkAddress fresh() {
    return Nodes.freshAddress(Medium.IPC);
  }

  private static TransportContext quick(TransportContext context) {
    return context.heartbeatMs(25).peerTimeoutMs(1_000);
  }

  /** Over UDP each node has a driver of its own, as processes have: its port is free at its end. */
  private TransportNode launch(int partyId, LinkAddress address, RecordingListener listener) {
    boolean shared = Channels.isIpc(address);
    return TransportNode.launch(Nodes.party(partyId, shared ? driver : null, address, listener));
  }

  /** Blocks the agent, which no real listener may do, until the test lets it go. */
  private static final class BlockingListener extends ForwardingListener {
    private final CountDownLatch blocked;
    private final CountDownLatch release;

    BlockingListener(RecordingListener delegate, CountDownLatch blocked, CountDownLatch release) {
      super(delegate);
      this.blocked = blocked;
      this.release = release;
    }

    @Override
    public void onMessage(Link link, LinkMessage message) {
      blocked.countDown();
      try {
        assertTrue(release.await(30, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      super.onMessage(link, message);
    }
  }
}
