// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.ExclusivePublication;
import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HostilePeerTest {
  private static final int MAX_WORDS = 1000;
  private final RecordingListener listener = new RecordingListener();
  private EmbeddedDriver driver;
  private TransportNode node;
  private RawPeer raw;

  @BeforeEach
  void launch() {
    driver = EmbeddedDriver.launch();
    node =
        TransportNode.launch(
            Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), listener)
                .security(LinkSecurity.Plain.INSECURE)
                .maxMessageWords(MAX_WORDS)
                .handshakeTimeoutMs(300)
                .heartbeatMs(50)
                .peerTimeoutMs(2_000)
                .maxLinks(8));
    raw = new RawPeer(driver, Nodes.freshAddress(Medium.IPC), 1);
  }

  @AfterEach
  void close() {
    raw.close();
    node.close();
    assertEquals(0, node.counters().errors());
    driver.close();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void shouldServeOthersWhileOneSendsGarbage(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RecordingListener honest = new RecordingListener();
    try (TransportNode peer =
        TransportNode.launch(
            Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), honest)
                .security(LinkSecurity.Plain.INSECURE)
                .heartbeatMs(100)
                .maxMessageWords(MAX_WORDS))) {
      peer.connect(node.address(), "party 0");
      Link fromPeer = honest.awaitOpened();
      Link toPeer = listener.awaitOpened();
      long garbageFrames = 0;
      for (int stream = 0; stream < 60; stream++) {
        List<byte[]> frames = garbage(random);
        garbageFrames += frames.size();
        raw.say(node.address(), frames).close();

        int[] words = Nodes.randomWords(random, 700);
        assertTrue(fromPeer.send(new LinkMessage.Correction(1, stream, 2, words.clone())));
        // A mutation may leave a message whole, so that the garbage's link delivers it.
        LinkMessage got = listener.awaitMessage();
        while (!(got instanceof LinkMessage.Correction correction) || correction.epoch() != 1) {
          got = listener.awaitMessage();
        }
        assertArrayEquals(words, ((LinkMessage.Correction) got).words());
      }
      assertTrue(garbageFrames > 1_000, "only " + garbageFrames);
      assertTrue(fromPeer.isOpen());
      assertTrue(toPeer.isOpen());
      assertTrue(node.counters().faults() > 30, "seed " + seed);
    }
  }

  @Test
  void shouldCloseLinkThatSendsMalformedFrameAndSayWhy() {
    List<byte[]> frames =
        raw.frames(Nodes.hello(Role.PARTY, 1), 5, List.of(new LinkMessage.Credit(1, 2, 3)));

    try (ExclusivePublication stream = raw.say(node.address(), frames.subList(0, 1))) {
      raw.awaitReply(frame -> {});
      assertEquals("party 1", listener.awaitOpened().peerName());

      RawPeer.offer(stream, frames.get(1));
      RawPeer.offer(stream, new byte[] {1, 2, 3});

      assertEquals(new LinkMessage.Credit(1, 2, 3), listener.awaitMessage());
      assertEquals(
          "party 1 sent a frame that was refused (TOO_SHORT: frame of 3 bytes)",
          listener.awaitClosed());
      assertEquals(1, node.counters().faults(FrameFault.TOO_SHORT));
      assertTrue(stream.isConnected());
    }
  }

  @Test
  void shouldCloseLinkOfPeerThatFallsSilent() {
    try (ExclusivePublication stream =
        raw.say(node.address(), raw.frames(Nodes.hello(Role.PARTY, 1), 5, List.of()))) {
      raw.awaitReply(frame -> {});
      listener.awaitOpened();

      String reason = listener.awaitClosed();

      assertTrue(reason.startsWith("party 1 has been silent for "), reason);
      assertTrue(stream.isConnected());
    }
  }

  @Test
  void shouldReplaceLinkWhenPeerRestartedWithoutGoodbye() {
    LinkMessage.Hello before = Nodes.hello(Role.PARTY, 1);
    LinkMessage.Hello after = Nodes.hello(Role.PARTY, 1);
    ExclusivePublication first = raw.say(node.address(), raw.frames(before, 5, List.of()));
    raw.awaitReply(frame -> {});
    assertEquals(before.nodeId(), listener.awaitOpened().peerHello().nodeId());

    ExclusivePublication second = raw.say(node.address(), raw.frames(after, 6, List.of()));

    assertEquals("party 1 was restarted", listener.awaitClosed());
    raw.awaitReply(frame -> {});
    assertEquals(after.nodeId(), listener.awaitOpened().peerHello().nodeId());
    first.close();
    second.close();
  }

  @Test
  void shouldRefuseTensorAboveItsBound() {
    List<byte[]> frames =
        raw.frames(
            Nodes.hello(Role.PARTY, 1),
            5,
            List.of(new LinkMessage.OutputShare(new RequestId(1, 2), new int[MAX_WORDS + 1])));

    try (ExclusivePublication stream = raw.say(node.address(), frames)) {
      RawPeer.await("fault", () -> node.counters().faults(FrameFault.OVERSIZED) == 1);
      assertFalse(listener.hasMessage());
      assertTrue(stream.isConnected());
    }
  }

  @Test
  void shouldRefuseReplyAddressesThatItWouldNotDial() {
    int refused = 0;
    for (String channel :
        List.of(
            "aeron:udp?endpoint=localhost:0",
            "aeron:udp?endpoint=0.0.0.0:4000",
            "aeron:udp?endpoint=[0:0::0]:4000",
            "aeron:udp?endpoint=slow.example:4000",
            "aeron:udp?endpoint=127.1:4000",
            "aeron:udp?endpoint=256.0.0.1:4000",
            "aeron:udp?endpoint=1234567:4000",
            "aeron:udp?endpoint=[fe80::1%25eth0]:4000",
            "aeron:udp?endpoint=[::1::2]:4000",
            "aeron:udp?endpoint=[ff02::1]:4000",
            "aeron:udp?endpoint=224.0.1.1:4000",
            "aeron:udp?endpoint=localhost:4000|ssc=true",
            "aeron:udp?control=localhost:4000",
            "aeron:ipc?alias=x",
            "aeron-spy:aeron:ipc",
            "file:/etc/passwd",
            "")) {
      try (RawPeer liar = new RawPeer(driver, Nodes.freshAddress(Medium.IPC), 1)) {
        List<byte[]> frames =
            RawPeer.framesOf(Nodes.hello(Role.PARTY, 1), new LinkAddress(channel, 3));
        liar.say(node.address(), frames).close();
      }
      refused++;
      long expected = refused;
      RawPeer.await(
          "refusal of " + channel, () -> node.counters().faults(FrameFault.BAD_VALUE) == expected);
    }
    assertEquals(0, node.counters().opened());
  }

  /** So many peers say hello, each from an address of its own, and nothing more. */
  private void dial(int count, Role role, int partyId, TransportNode patient, List<RawPeer> peers) {
    for (int i = 0; i < count; i++) {
      RawPeer peer = new RawPeer(driver, Nodes.freshAddress(Medium.IPC), partyId);
      peers.add(peer);
      peer.say(patient.address(), peer.frames(Nodes.hello(role, partyId), i, List.of()));
    }
  }

  @Test
  void shouldStopTakingLinksAtItsBound() {
    List<RawPeer> peers = new ArrayList<>();
    // All links must be alive at once, and these peers are silent: the usual timeouts.
    try (TransportNode patient =
        TransportNode.launch(
            Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), listener)
                .security(LinkSecurity.Plain.INSECURE)
                .maxLinks(8))) {
      dial(8, Role.PARTY, 1, patient, peers);

      raw.say(patient.address(), raw.frames(Nodes.hello(Role.PARTY, 1), 100, List.of()));

      RawPeer.await("refusal", () -> patient.counters().faults(FrameFault.TOO_MANY_LINKS) == 1);
    } finally {
      peers.forEach(RawPeer::close);
    }
  }

  /** Two places are kept for whoever says that it is a party or the dealer. */
  @Test
  void shouldKeepPlacesForOtherRolesThanClients() {
    List<RawPeer> peers = new ArrayList<>();
    try (TransportNode patient =
        TransportNode.launch(
            Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), listener)
                .security(LinkSecurity.Plain.INSECURE)
                .maxLinks(8))) {
      dial(7, Role.CLIENT, -1, patient, peers);
      RawPeer.await("refusal", () -> patient.counters().faults(FrameFault.TOO_MANY_LINKS) == 1);

      raw.say(patient.address(), raw.frames(Nodes.hello(Role.PARTY, 1), 100, List.of()));

      raw.awaitReply(frame -> {});
      Link link = listener.awaitOpened();
      while (link.peerHello().role() == Role.CLIENT) {
        link = listener.awaitOpened();
      }
      assertEquals("party 1", link.peerName());
    } finally {
      peers.forEach(RawPeer::close);
    }
  }

  @Test
  void shouldForgetTheUnfinishedTensorOfARefusedStream() {
    AtomicLong heldWords = new AtomicLong(-1);
    AtomicReference<NodeAgent> agent = new AtomicReference<>();
    LinkListener measuring =
        new LinkListener() {
          @Override
          public void onOpened(Link link) {}

          @Override
          public void onMessage(Link link, LinkMessage message) {}

          @Override
          public void onClosed(Link link, String reason) {
            heldWords.set(agent.get().heldWords());
          }
        };
    try (TransportNode patient =
        TransportNode.launch(
            Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), listener)
                .security(LinkSecurity.Plain.INSECURE)
                .listener(measuring)
                .maxMessageWords(1 << 20))) {
      agent.set(patient.agent());
      List<byte[]> frames =
          raw.frames(
              Nodes.hello(Role.PARTY, 1),
              5,
              List.of(new LinkMessage.OutputShare(new RequestId(1, 2), new int[1 << 20])));
      try (ExclusivePublication stream = raw.say(patient.address(), frames.subList(0, 1))) {
        raw.awaitReply(frame -> {});
        for (byte[] frame : frames.subList(1, 100)) {
          RawPeer.offer(stream, frame);
        }
        RawPeer.offer(stream, new byte[] {1, 2, 3});

        RawPeer.await("closed link", () -> heldWords.get() >= 0);

        assertEquals(0, heldWords.get());
        assertTrue(stream.isConnected());
      }
    }
  }

  private List<byte[]> garbage(SplittableRandom random) {
    List<LinkMessage> messages = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      messages.add(
          new LinkMessage.MaskedTensor(
              2, i, 1, 1, Nodes.randomWords(random, random.nextInt(MAX_WORDS))));
    }
    List<byte[]> frames =
        new ArrayList<>(raw.frames(Nodes.hello(Role.PARTY, 1), random.nextLong(), messages));
    // Three streams in four begin well.
    int from = random.nextInt(4) == 0 ? 0 : 1;
    for (int i = from; i < frames.size(); i++) {
      if (random.nextInt(3) == 0) {
        frames.set(i, mutate(frames.get(i), random));
      }
    }
    return frames;
  }

  private static byte[] mutate(byte[] frame, SplittableRandom random) {
    byte[] mutated = Arrays.copyOf(frame, 1 + random.nextInt(2 * frame.length));
    for (int i = random.nextInt(4); i > 0; i--) {
      mutated[random.nextInt(Math.min(mutated.length, 72))] ^= (byte) (1 << random.nextInt(8));
    }
    return mutated;
  }
}
