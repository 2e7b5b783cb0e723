// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.driver.DriverThread;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.driver.IdleMode;
import io.pascaline.transport.driver.NetworkProfile;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.TransportException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes and drivers over UDP, whichever thread the driver runs on. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DriverThreadTest {
  /** The name that Aeron gives the thread of a driver. */
  private static final String DRIVER = "[sender,receiver,driver-conductor]";

  /** Longer than a frame, and than what a socket buffer holds. */
  private static final int WORD_COUNT = 300_000;

  private static final int QUEUED = 2;

  private static List<String> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }

  private static TransportNode node(int partyId, DriverThread thread, RecordingListener listener) {
    return TransportNode.launch(
        Nodes.party(partyId, null, Nodes.freshAddress(Medium.UDP), listener)
            .name("of " + thread + " " + partyId)
            .driverThread(thread));
  }

  @ParameterizedTest
  @EnumSource(names = {"OWN", "SHARED"})
  void shouldCarryMessagesAndEndWithItsNode(DriverThread thread) throws InterruptedException {
    RecordingListener listener = new RecordingListener();
    RecordingListener peerListener = new RecordingListener();
    int before = threads(DRIVER).size();
    int[] words = new int[WORD_COUNT];
    words[0] = 1;
    words[WORD_COUNT - 1] = -1;
    String directory;
    try (TransportNode node = node(0, thread, listener)) {
      directory = node.driverDirectory();
      try (TransportNode peer = node(1, thread, peerListener)) {
        node.connect(peer.address(), "party 1");
        Link link = listener.awaitOpened();
        Link back = peerListener.awaitOpened();
        assertEquals(
            thread == DriverThread.OWN ? 2 : 0,
            threads(DRIVER).size() - before,
            threads("")::toString);

        link.send(new LinkMessage.MaskedTensor(1, 2, 3, 0, words));
        back.send(new LinkMessage.Credit(1, 2, 3));

        LinkMessage.MaskedTensor received =
            assertInstanceOf(LinkMessage.MaskedTensor.class, peerListener.awaitMessage());
        assertArrayEquals(words, received.words());
        assertEquals(new LinkMessage.Credit(1, 2, 3), listener.awaitMessage());
      }
      // The goodbye needs the peer's driver, which has ended with its node.
      assertEquals("party 1 closed the link: closed by party 1", listener.awaitClosed());
    }
    assertFalse(Files.exists(Path.of(directory)));
    RawPeer.await("end of all threads", () -> threads("pascaline-of " + thread).isEmpty());
    assertEquals(before, threads(DRIVER).size());
  }

  @ParameterizedTest
  @EnumSource(names = {"OWN", "SHARED"})
  void shouldServeSeveralNodes(DriverThread thread) throws InterruptedException {
    RecordingListener listener = new RecordingListener();
    RecordingListener peerListener = new RecordingListener();
    try (EmbeddedDriver driver =
            EmbeddedDriver.launchShared(IdleMode.BACKOFF, NetworkProfile.usual(), 0, thread);
        TransportNode node =
            TransportNode.launch(Nodes.party(0, driver, Nodes.freshAddress(Medium.UDP), listener));
        TransportNode peer =
            TransportNode.launch(
                Nodes.party(1, driver, Nodes.freshAddress(Medium.UDP), peerListener))) {
      node.connect(peer.address(), "party 1");
      Link link = listener.awaitOpened();
      peerListener.awaitOpened();

      link.send(new LinkMessage.Credit(1, 2, 3));

      assertEquals(new LinkMessage.Credit(1, 2, 3), peerListener.awaitMessage());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OWN", "SHARED"})
  void shouldLeaveNothingBehindWhenTheAddressIsTaken(DriverThread thread) {
    RecordingListener listener = new RecordingListener();
    int before = threads(DRIVER).size();
    try (TransportNode first = node(0, thread, listener)) {
      TransportContext second =
          Nodes.party(1, null, first.address(), listener)
              .name("of refused " + thread)
              .driverThread(thread);

      assertThrows(TransportException.class, () -> TransportNode.launch(second));
    }
    RawPeer.await("end of all threads", () -> threads("pascaline-of ").isEmpty());
    assertEquals(before, threads(DRIVER).size());
  }

  /** The goodbye follows all queued messages, which the driver must send first. */
  @ParameterizedTest
  @EnumSource(names = {"OWN", "SHARED"})
  void shouldSayGoodbyeWhenItsAgentDies(DriverThread thread) throws InterruptedException {
    RecordingListener listener = new RecordingListener();
    RecordingListener peerListener = new RecordingListener();
    LinkListener fatal =
        new ForwardingListener(listener) {
          @Override
          public void onMessage(Link link, LinkMessage message) {
            Thread.currentThread().setUncaughtExceptionHandler((dying, error) -> {});
            for (int i = 0; i < QUEUED; i++) {
              link.send(new LinkMessage.MaskedTensor(1, i, 3, 0, new int[WORD_COUNT]));
            }
            throw new StackOverflowError("of a test");
          }
        };
    TransportContext mortal =
        Nodes.party(0, null, Nodes.freshAddress(Medium.UDP), listener)
            .listener(fatal)
            .errorHandler(fault -> {})
            .driverThread(thread);
    try (TransportNode node = TransportNode.launch(mortal);
        TransportNode peer = node(1, thread, peerListener)) {
      peer.connect(node.address(), "party 0");
      listener.awaitOpened();
      peerListener.awaitOpened().send(new LinkMessage.Credit(1, 2, 3));

      for (int i = 0; i < QUEUED; i++) {
        assertInstanceOf(LinkMessage.MaskedTensor.class, peerListener.awaitMessage());
      }
      assertEquals("party 0 closed the link: closed by party 0", peerListener.awaitClosed());
      assertEquals(TransportException.Kind.CARRIER, listener.awaitDown().kind());
    }
  }

  /** Aeron's agents would end silently on an interrupted thread. */
  @Test
  void shouldContinueAfterAListenerInterruptsItsThread() throws InterruptedException {
    RecordingListener listener = new RecordingListener();
    RecordingListener peerListener = new RecordingListener();
    LinkListener interrupting =
        new ForwardingListener(listener) {
          @Override
          public void onMessage(Link link, LinkMessage message) {
            Thread.currentThread().interrupt();
            super.onMessage(link, message);
          }
        };
    TransportContext context =
        Nodes.party(0, null, Nodes.freshAddress(Medium.UDP), listener)
            .listener(interrupting)
            .driverThread(DriverThread.SHARED);
    try (TransportNode node = TransportNode.launch(context);
        TransportNode peer = node(1, DriverThread.SHARED, peerListener)) {
      peer.connect(node.address(), "party 0");
      Link back = listener.awaitOpened();
      Link link = peerListener.awaitOpened();
      for (int i = 0; i < 10; i++) {
        link.send(new LinkMessage.Credit(1, i, 3));
        assertEquals(new LinkMessage.Credit(1, i, 3), listener.awaitMessage());
        back.send(new LinkMessage.Credit(2, i, 3));
        assertEquals(new LinkMessage.Credit(2, i, 3), peerListener.awaitMessage());
      }
    }
  }

  /** A thread that a listener holds may still run the driver, so it closes the driver later. */
  @Test
  void shouldNotCloseTheDriverUnderItsThread() throws InterruptedException {
    RecordingListener listener = new RecordingListener();
    RecordingListener peerListener = new RecordingListener();
    HoldingListener stuck = new HoldingListener(listener);
    EmbeddedDriver driver =
        EmbeddedDriver.launchShared(
            IdleMode.BACKOFF, NetworkProfile.usual(), 0, DriverThread.SHARED);
    TransportNode node =
        TransportNode.launch(
            Nodes.party(0, driver, Nodes.freshAddress(Medium.UDP), listener).listener(stuck));
    try (TransportNode peer = node(1, DriverThread.SHARED, peerListener)) {
      peer.connect(node.address(), "party 0");
      listener.awaitOpened();
      peerListener.awaitOpened().send(new LinkMessage.Credit(1, 2, 3));
      stuck.awaitHeld();

      driver.close();

      assertEquals(1, driver.errors());
    } finally {
      stuck.letGo();
      node.close();
      RawPeer.await("end of the thread", () -> threads("pascaline-nodes").isEmpty());
    }
    // Only a driver that has closed lets go of its ports.
    TransportNode.launch(Nodes.party(0, null, node.address(), listener)).close();
  }
}
