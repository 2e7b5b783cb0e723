// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Links whose carriers are lost again and again under sealed traffic. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ResumeTest {
  private static final int MAX_QUEUED_BYTES = 4 << 20;
  private static final int MAX_WORDS = 60_000;
  private static final int TENSORS = 150;

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

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({"IPC, 1", "IPC, 2", "IPC, 3", "IPC, 4", "UDP, 5", "UDP, 6"})
  void shouldDeliverEverythingOnceAndInOrder(Medium medium, long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    Breaker breaker0 = new Breaker(listener0, random.split());
    Breaker breaker1 = new Breaker(listener1, random.split());
    try (TransportNode node0 = launch(0, medium, breaker0);
        TransportNode node1 = launch(1, medium, breaker1)) {
      node1.connect(node0.address(), "party 0");
      Link link0 = listener0.awaitOpened();
      Link link1 = listener1.awaitOpened();
      byte[] exported = link0.exportSecret("test");
      assertEquals(32, exported.length);
      assertArrayEquals(exported, link1.exportSecret("test"));
      SplittableRandom there = random.split();
      SplittableRandom back = random.split();
      Thread sender0 = sender(link0, there);
      Thread sender1 = sender(link1, back);

      expect(listener1, copyOf(seed, 2));
      expect(listener0, copyOf(seed, 3));

      sender0.join();
      sender1.join();
      assertTrue(node0.counters().resumed() > 0, "seed " + seed);
      // Carriers have keys of their own; the secret is the conversation's.
      assertArrayEquals(exported, link0.exportSecret("test"));
      assertArrayEquals(exported, link1.exportSecret("test"));
      assertFalse(listener0.hasMessage());
      assertFalse(listener1.hasMessage());
      assertEquals(1, node0.counters().opened());
      assertEquals(1, node1.counters().opened());
      assertEquals(0, node0.counters().closed());
      assertEquals(0, node1.counters().closed());
      assertEquals(0, node0.counters().faults());
      assertEquals(0, node1.counters().faults());
      // Whatever travelled twice, words were received once.
      assertEquals(received(seed, 3), link0.counters().receivedPayloadBytes());
      assertEquals(received(seed, 2), link1.counters().receivedPayloadBytes());
      breaker0.armed.set(false);
      breaker1.armed.set(false);
      RawPeer.await("acknowledgements", () -> link0.queuedBytes() + link1.queuedBytes() == 0);
    }
  }

  @Test
  void shouldEndWhenThePeerDoesNotComeBack() {
    RecordingListener silent = new RecordingListener();
    AtomicReference<NodeAgent> agent = new AtomicReference<>();
    LinkListener cutting =
        new ForwardingListener(silent) {
          @Override
          public void onMessage(Link link, LinkMessage message) {
            cut(agent.get());
            // Stands still for longer than the other side waits.
            long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_500);
            RawPeer.await("the time", () -> System.nanoTime() - untilNs > 0);
          }
        };
    try (TransportNode node0 =
            TransportNode.launch(
                Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), listener0)
                    .resumeTimeoutMs(200));
        TransportNode node1 =
            TransportNode.launch(
                Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), silent)
                    .listener(cutting)
                    .resumeTimeoutMs(200))) {
      agent.set(node1.agent());
      node1.connect(node0.address(), "party 0");
      Link link0 = listener0.awaitOpened();
      silent.awaitOpened();
      assertTrue(link0.send(new LinkMessage.Credit(1, 2, 3)));

      String reason = listener0.awaitClosed();

      assertTrue(reason.endsWith("did not come back within 200 ms"), reason);
      assertFalse(link0.isOpen());
      assertFalse(link0.send(new LinkMessage.Credit(1, 2, 3)));
      assertEquals(0, link0.queuedBytes());
    }
  }

  @Test
  void shouldHoldMessagesWithinTheBoundWhileThePeerIsAway() {
    AtomicReference<NodeAgent> agent = new AtomicReference<>();
    AtomicBoolean away = new AtomicBoolean(true);
    LinkListener cutting =
        new ForwardingListener(listener1) {
          @Override
          public void onMessage(Link link, LinkMessage message) {
            super.onMessage(link, message);
            if (away.get()) {
              cut(agent.get());
              RawPeer.await("its return", () -> !away.get());
            }
          }
        };
    try (TransportNode node0 = launch(0, Medium.IPC, listener0);
        TransportNode node1 = launch(1, Medium.IPC, cutting)) {
      agent.set(node1.agent());
      node1.connect(node0.address(), "party 0");
      Link link0 = listener0.awaitOpened();
      int sent = 0;
      while (link0.send(new LinkMessage.Correction(1, sent, 0, new int[10_000]))) {
        sent++;
        assertTrue(link0.queuedBytes() <= MAX_QUEUED_BYTES);
      }
      assertTrue(link0.isOpen());

      away.set(false);

      for (int i = 0; i < sent; i++) {
        assertEquals(i, ((LinkMessage.Correction) listener1.awaitMessage()).number());
      }
      RawPeer.await("empty queue", () -> link0.queuedBytes() == 0);
      assertTrue(link0.send(new LinkMessage.Credit(1, 2, 3)));
    }
  }

  private TransportNode launch(int partyId, Medium medium, LinkListener listener) {
    TransportNode node =
        TransportNode.launch(
            Nodes.party(partyId, driver, Nodes.freshAddress(medium), listener0)
                .maxQueuedBytes(MAX_QUEUED_BYTES)
                .termBytes(1 << 20)
                .resumeTimeoutMs(30_000)
                .listener(listener));
    if (listener instanceof Breaker breaker) {
      breaker.agent.set(node.agent());
    }
    return node;
  }

  /** Loses what carries open links; a carrier in its handshake would take seconds to be missed. */
  private static void cut(NodeAgent agent) {
    long nowNs = System.nanoTime();
    for (AeronCarrier carrier : List.copyOf(agent.carriers())) {
      if (carrier.hasOpened() && !carrier.isClosed()) {
        carrier.lose("cut", nowNs);
      }
    }
  }

  private static Thread sender(Link link, SplittableRandom random) {
    Thread thread =
        new Thread(
            () -> {
              for (int i = 0; i < TENSORS; i++) {
                LinkMessage next = tensor(random, i);
                while (!link.send(next)) {
                  assertTrue(link.isOpen());
                  LockSupport.parkNanos(100_000);
                }
                assertTrue(link.queuedBytes() <= MAX_QUEUED_BYTES);
              }
            });
    thread.start();
    return thread;
  }

  private static LinkMessage tensor(SplittableRandom random, int number) {
    int count = random.nextInt(4) == 0 ? random.nextInt(3) : random.nextInt(MAX_WORDS);
    return new LinkMessage.MaskedTensor(1, number, 2, 3, Nodes.randomWords(random, count));
  }

  /** Returns the generator that one of the senders has, by the order of splitting. */
  private static SplittableRandom copyOf(long seed, int index) {
    SplittableRandom root = new SplittableRandom(seed);
    SplittableRandom copy = root.split();
    for (int i = 0; i < index; i++) {
      copy = root.split();
    }
    return copy;
  }

  private static long received(long seed, int index) {
    SplittableRandom random = copyOf(seed, index);
    long bytes = 0;
    for (int i = 0; i < TENSORS; i++) {
      bytes += 4L * ((LinkMessage.MaskedTensor) tensor(random, i)).words().length;
    }
    return bytes;
  }

  private static void expect(RecordingListener listener, SplittableRandom random) {
    for (int i = 0; i < TENSORS; i++) {
      LinkMessage.MaskedTensor expected = (LinkMessage.MaskedTensor) tensor(random, i);
      LinkMessage.MaskedTensor got = (LinkMessage.MaskedTensor) listener.awaitMessage();
      assertEquals(expected.number(), got.number());
      assertArrayEquals(expected.words(), got.words());
    }
  }

  /**
   * Loses the carrier at every twentieth message or so, on the node's own thread as a network
   * would.
   */
  private static final class Breaker extends ForwardingListener {
    private final AtomicReference<NodeAgent> agent = new AtomicReference<>();
    private final AtomicBoolean armed = new AtomicBoolean(true);
    private final SplittableRandom random;

    Breaker(RecordingListener delegate, SplittableRandom random) {
      super(delegate);
      this.random = random;
    }

    @Override
    public void onMessage(Link link, LinkMessage message) {
      super.onMessage(link, message);
      if (random.nextInt(20) == 0 && armed.get()) {
        cut(agent.get());
      }
    }
  }
}
