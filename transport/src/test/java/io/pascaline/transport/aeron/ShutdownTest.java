// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.driver.NodeOwners;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the driver's hook does when the JVM stops, run beside the hook of a node's owner. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ShutdownTest {
  private final RecordingListener listener = new RecordingListener();
  private final RecordingListener peerListener = new RecordingListener();
  private EmbeddedDriver driver;
  private TransportNode node;
  private TransportNode peer;

  /** The peer has a driver of its own, as other processes have. */
  @BeforeEach
  void open() {
    driver = EmbeddedDriver.launch();
    node = TransportNode.launch(Nodes.party(0, driver, Nodes.freshAddress(Medium.UDP), listener));
    peer = TransportNode.launch(Nodes.party(1, null, Nodes.freshAddress(Medium.UDP), peerListener));
    node.connect(peer.address(), "party 1");
  }

  @AfterEach
  void close() {
    node.close();
    peer.close();
    driver.close();
  }

  @Test
  void shouldWaitForTheOwnersToCloseTheirNodes() throws InterruptedException {
    Link link = listener.awaitOpened();
    peerListener.awaitOpened();
    Thread hook = new Thread(driver::shutDown, "hook");

    assertTrue(link.send(new LinkMessage.Credit(1, 2, 3)));
    hook.start();
    RawPeer.await("waiting hook", () -> hook.getState() == Thread.State.TIMED_WAITING);
    node.close();
    hook.join();

    assertEquals(new LinkMessage.Credit(1, 2, 3), peerListener.awaitMessage());
    assertEquals("party 0 closed the link: closed by party 0", peerListener.awaitClosed());
    assertFalse(listener.hasDown());
    assertFalse(Files.exists(Path.of(driver.directory())));
  }

  /** A registered owner may let requests finish first: no time is set for it. */
  @Test
  void shouldKeepTheNodesOfAnOwnerThatStillCloses() throws InterruptedException {
    Link link = listener.awaitOpened();
    peerListener.awaitOpened();
    Thread hook = new Thread(driver::shutDown, "hook");

    NodeOwners.Registration owner = NodeOwners.ofProcess().register();
    try {
      hook.start();
      RawPeer.await(
          "waiting hook",
          () -> {
            Thread.State state = hook.getState();
            return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
          });
      assertEquals(Thread.State.WAITING, hook.getState());
      assertTrue(link.send(new LinkMessage.Credit(1, 2, 3)));
      assertEquals(new LinkMessage.Credit(1, 2, 3), peerListener.awaitMessage());
      node.close();
    } finally {
      owner.close();
    }
    hook.join();

    assertEquals("party 0 closed the link: closed by party 0", peerListener.awaitClosed());
    assertFalse(Files.exists(Path.of(driver.directory())));
  }

  @Test
  void shouldCloseNodesThatNobodyCloses() {
    listener.awaitOpened();
    peerListener.awaitOpened();

    driver.shutDown();

    assertEquals("party 0 closed the link: closed by party 0", peerListener.awaitClosed());
    assertFalse(listener.hasDown());
    assertFalse(Files.exists(Path.of(driver.directory())));
  }

  @Test
  void shouldLetASecondCloserWaitForTheFirst() throws InterruptedException {
    listener.awaitOpened();
    CountDownLatch letGo = new CountDownLatch(1);
    listener.holdClosedUntil(letGo);
    Thread first = new Thread(node::close, "first");
    Thread second = new Thread(node::close, "second");

    first.start();
    listener.awaitClosed();
    second.start();
    RawPeer.await(
        "second closer that waits or has returned",
        () -> second.getState() == Thread.State.BLOCKED || !second.isAlive());
    boolean hasReturned = !second.isAlive();
    letGo.countDown();
    first.join();
    second.join();

    assertFalse(hasReturned);
  }
}
