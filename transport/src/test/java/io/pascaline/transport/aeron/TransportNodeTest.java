// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.PayloadKind;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TransportNodeTest {
  private static final int CHUNK_BYTES = 4096;
  private static final int CHUNK_WORDS = CHUNK_BYTES / Integer.BYTES;
  private static EmbeddedDriver driver;

  @BeforeAll
  static void launchDriver() {
    driver = EmbeddedDriver.launch();
  }

  @AfterAll
  static void closeDriver() {
    driver.close();
    assertEquals(0, driver.errors());
  }

  @ParameterizedTest
  @EnumSource(Medium.class)
  void shouldOpenOneLinkSeenFromBothSides(Medium medium) {
    try (Pair pair = new Pair(medium)) {
      assertEquals("party 1", pair.link0.peerName());
      assertEquals("party 0", pair.link1.peerName());
      assertTrue(pair.link0.isOpen());
      assertTrue(pair.link1.isOpen());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "IPC, 0", "IPC, 1", "IPC, 1023", "IPC, 1024", "IPC, 1025", "IPC, 1500000",
    "UDP, 0", "UDP, 1", "UDP, 1023", "UDP, 1024", "UDP, 1025", "UDP, 1500000",
  })
  void shouldCarryTensorAndCountItsBytes(Medium medium, int wordCount) {
    int[] words = Nodes.randomWords(new SplittableRandom(wordCount), wordCount);
    try (Pair pair = new Pair(medium)) {
      assertTrue(pair.link0.send(new LinkMessage.MaskedTensor(7, 3, 2, 1, words.clone())));

      LinkMessage.MaskedTensor got =
          assertInstanceOf(LinkMessage.MaskedTensor.class, pair.listener1.awaitMessage());

      assertEquals(7, got.epoch());
      assertEquals(3, got.number());
      assertEquals(2, got.layer());
      assertEquals(1, got.round());
      assertArrayEquals(words, got.words());
      long payload = 4L * wordCount;
      assertEquals(payload, pair.link0.counters().sentPayloadBytes(PayloadKind.MASKED_TENSOR));
      assertEquals(payload, pair.link0.counters().sentPayloadBytes());
      assertEquals(payload, pair.link1.counters().receivedPayloadBytes(PayloadKind.MASKED_TENSOR));
      assertEquals(payload, pair.link1.counters().receivedPayloadBytes());
      assertEquals(0, pair.link1.counters().sentPayloadBytes());
    }
  }

  @ParameterizedTest
  @EnumSource(Medium.class)
  void shouldKeepOrderAndLoseNothing(Medium medium) {
    int count = 2_000;
    long seed = 42;
    try (Pair pair = new Pair(medium)) {
      SplittableRandom sent = new SplittableRandom(seed);
      int next = 0;
      int got = 0;
      while (got < count) {
        if (next < count) {
          int[] words = Nodes.randomWords(sent, next % (3 * CHUNK_WORDS));
          assertTrue(pair.link0.send(new LinkMessage.Correction(1, next, next % 5, words)));
          next++;
        }
        if (next == count || pair.listener1.hasMessage()) {
          assertEquals(got, ((LinkMessage.Correction) pair.listener1.awaitMessage()).number());
          got++;
        }
      }
      assertFalse(pair.listener0.hasClosed());
    }
  }

  /** Two nodes with a link. */
  private static final class Pair implements AutoCloseable {
    final RecordingListener listener0 = new RecordingListener();
    final RecordingListener listener1 = new RecordingListener();
    final TransportNode node0;
    final TransportNode node1;
    final Link link0;
    final Link link1;

    Pair(Medium medium) {
      node0 =
          TransportNode.launch(
              Nodes.party(0, driver, Nodes.freshAddress(medium), listener0)
                  .chunkBytes(CHUNK_BYTES));
      node1 =
          TransportNode.launch(
              Nodes.party(1, driver, Nodes.freshAddress(medium), listener1)
                  .chunkBytes(CHUNK_BYTES));
      node1.connect(node0.address(), "party 0");
      link0 = listener0.awaitOpened();
      link1 = listener1.awaitOpened();
    }

    @Override
    public void close() {
      node0.close();
      node1.close();
      assertEquals(0, node0.counters().errors());
      assertEquals(0, node1.counters().errors());
      assertEquals(0, node0.counters().faults());
      assertEquals(0, node1.counters().faults());
    }
  }
}
