// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.ExclusivePublication;
import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.FrameArrays;
import io.pascaline.transport.secure.HandshakeAssembly;
import io.pascaline.transport.secure.HandshakeGate;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.InitiatorHandshake;
import io.pascaline.transport.secure.LinkParameters;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PrivateIdentity;
import io.pascaline.transport.secure.RekeyPolicy;
import io.pascaline.transport.secure.ResponderHandshake;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Strangers, impostors and forgers at a node whose links are protected. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SecureLinkTest {
  private final RecordingListener listener0 = new RecordingListener();
  private final RecordingListener listener1 = new RecordingListener();
  private EmbeddedDriver driver;
  private TransportNode node;

  @BeforeEach
  void launch() {
    driver = EmbeddedDriver.launch();
    node =
        TransportNode.launch(
            Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), listener0)
                .handshakeTimeoutMs(300));
  }

  @AfterEach
  void close() {
    node.close();
    assertEquals(0, node.counters().errors());
    driver.close();
  }

  @ParameterizedTest
  @EnumSource(Medium.class)
  void shouldReplaceKeysUnderTraffic(Medium medium) {
    LinkSecurity.Secured usual = Nodes.secured(1);
    RekeyPolicy often = new RekeyPolicy(200_000, TimeUnit.MILLISECONDS.toNanos(5));
    RecordingListener here = new RecordingListener();
    try (TransportNode target =
            TransportNode.launch(Nodes.party(0, driver, Nodes.freshAddress(medium), here));
        TransportNode peer =
            TransportNode.launch(
                Nodes.party(1, driver, Nodes.freshAddress(medium), listener1)
                    .security(new LinkSecurity.Secured(usual.own(), usual.peers(), often)))) {
      peer.connect(target.address(), "party 0");
      Link link = listener1.awaitOpened();
      SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < 50; i++) {
        int[] words = Nodes.randomWords(random, 100_000);
        assertTrue(link.send(new LinkMessage.Correction(1, i, 2, words.clone())));
        LinkMessage got = here.awaitMessage();
        assertArrayEquals(words, assertInstanceOf(LinkMessage.Correction.class, got).words());
      }
      assertEquals(0, target.counters().faults());
    }
  }

  @Test
  void shouldExportAnotherSecretOnEachLink() {
    List<byte[]> exported = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      try (TransportNode peer =
          TransportNode.launch(Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), listener1))) {
        peer.connect(node.address(), "party 0");
        Link here = listener0.awaitOpened();
        byte[] secret = here.exportSecret("test");
        assertArrayEquals(secret, listener1.awaitOpened().exportSecret("test"));
        exported.add(secret);
        here.close();
        listener1.awaitClosed();
        // The actors may still be deriving keys when a link closes under them.
        assertArrayEquals(secret, here.exportSecret("test"));
      }
      listener0.awaitClosed();
    }
    assertFalse(Arrays.equals(exported.get(0), exported.get(1)));
  }

  @Test
  void shouldNotAnswerAStranger() {
    PrivateIdentity stranger = PrivateIdentity.generate(new SecureRandom());
    LinkSecurity.Secured security = Nodes.secured(stranger, Nodes.identity(0).publicIdentity(), 0);
    try (TransportNode theirs =
        TransportNode.launch(
            Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), listener1)
                .security(security)
                .handshakeTimeoutMs(100)
                .connectTimeoutMs(600))) {
      theirs.connect(node.address(), "party 0");

      String reason = listener1.awaitUnreachable().getMessage();

      assertTrue(reason.contains("did not complete the handshake"), reason);
      assertTrue(node.counters().faults(FrameFault.UNKNOWN_IDENTITY) > 0);
      assertTrue(node.counters().authenticationFailures() > 0);
      List<String> strangers = node.counters().takeStrangers();
      assertEquals(1, strangers.size());
      assertTrue(strangers.get(0).contains(stranger.publicIdentity() + " is not pinned, from "));
      assertEquals(0, node.counters().opened());
    }
  }

  @Test
  void shouldNotTakeAnImpostorForTheDialledPeer() {
    // Somebody listens where the other party should, with a key of his own.
    PrivateIdentity impostor = PrivateIdentity.generate(new SecureRandom());
    try (TransportNode theirs =
            TransportNode.launch(
                Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), new RecordingListener())
                    .security(Nodes.secured(impostor, Nodes.identity(1).publicIdentity(), 1)));
        TransportNode honest =
            TransportNode.launch(
                Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), listener1)
                    .handshakeTimeoutMs(100)
                    .connectTimeoutMs(600))) {
      honest.connect(theirs.address(), "party 0");

      listener1.awaitUnreachable();

      assertTrue(theirs.counters().faults(FrameFault.UNKNOWN_IDENTITY) > 0);
      assertEquals(0, theirs.counters().opened());
      assertEquals(0, honest.counters().opened());
    }
  }

  @Test
  void shouldDialOnlyPeersThatArePinned() {
    LinkAddress somewhere = Nodes.freshAddress(Medium.IPC);

    for (String name : new String[] {"dealer", "party 0", "client", ""}) {
      IllegalArgumentException fault =
          assertThrows(IllegalArgumentException.class, () -> node.connect(somewhere, name));
      assertTrue(fault.getMessage().startsWith("name is " + name), fault::getMessage);
    }
  }

  /**
   * What a restarted node hears of the links of its former incarnation, and a slow one too late.
   */
  @Test
  void shouldNotCountStreamsOfEarlierConnectionsAsAttacks() throws MalformedFrame {
    byte[] sealed = new byte[64];
    sealed[0] = 4;
    try (RawPeer raw = new RawPeer(driver, Nodes.freshAddress(Medium.IPC), 1);
        ExclusivePublication earlier = raw.say(node.address(), List.of(sealed));
        ExclusivePublication late = raw.say(node.address(), lateAnswer())) {
      RawPeer.await("refusals", () -> node.counters().faults(FrameFault.STALE_STREAM) == 2);

      assertEquals(0, node.counters().authenticationFailures());
      assertEquals(2, node.counters().faults());
      assertTrue(earlier.isConnected() && late.isConnected());
    }
  }

  /** Returns the answer of party 1 to an attempt of party 0 that is over. */
  private static List<byte[]> lateAnswer() throws MalformedFrame {
    SecureRandom random = new SecureRandom();
    LinkSecurity.Secured own = Nodes.secured(0);
    InitiatorHandshake initiator =
        new InitiatorHandshake(
            own,
            own.peers().named("party 1").get(0),
            new LinkParameters(Role.PARTY, 0, 1, 1 << 20, 500, 10_000),
            new HelloOpening(7, false, LinkAddress.udp("127.0.0.1", 9)),
            random,
            System::nanoTime,
            new FrameArrays());
    ResponderHandshake responder =
        new ResponderHandshake(
            Nodes.secured(1),
            new LinkParameters(Role.PARTY, 1, 1, 1 << 20, 500, 10_000),
            new HandshakeGate(),
            random,
            System::nanoTime,
            new FrameArrays());
    HandshakeAssembly assembly = new HandshakeAssembly();
    for (byte[] frame = initiator.nextFrame(); frame != null; frame = initiator.nextFrame()) {
      HandshakeMessage message = assembly.onFrame(new UnsafeBuffer(frame), 0, frame.length);
      initiator.onSent();
      if (message != null) {
        responder.onMessage(message, 0);
      }
    }
    List<byte[]> frames = new ArrayList<>();
    for (byte[] frame = responder.nextFrame(); frame != null; frame = responder.nextFrame()) {
      frames.add(frame);
      responder.onSent();
    }
    return frames;
  }

  @Test
  void shouldRefusePlainFrames() {
    try (RawPeer raw = new RawPeer(driver, Nodes.freshAddress(Medium.IPC), 1);
        ExclusivePublication stream =
            raw.say(node.address(), raw.frames(Nodes.hello(Role.PARTY, 1), 5, List.of()))) {
      RawPeer.await("refusal", () -> node.counters().faults(FrameFault.BAD_HANDSHAKE) == 1);

      assertEquals(0, node.counters().opened());
      assertTrue(stream.isConnected());
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void shouldServeAPeerWhileStrangersFloodIt(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<ExclusivePublication> streams = new ArrayList<>();
    try (TransportNode peer =
            TransportNode.launch(
                Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), listener1));
        RawPeer raw = new RawPeer(driver, Nodes.freshAddress(Medium.IPC), 1)) {
      peer.connect(node.address(), "party 0");
      Link link = listener1.awaitOpened();
      for (int i = 0; i < 100; i++) {
        byte[] frame = new byte[16 + random.nextInt(1_100)];
        random.nextBytes(frame);
        frame[0] = (byte) random.nextInt(6);
        frame[4] = 1;
        frame[5] = 0;
        streams.add(raw.say(node.address(), random.nextInt(4) == 0 ? List.of() : List.of(frame)));
        int[] words = Nodes.randomWords(random, 700);
        assertTrue(link.send(new LinkMessage.Correction(1, i, 2, words.clone())));
        assertArrayEquals(
            words, ((LinkMessage.Correction) listener0.awaitMessage()).words(), "seed " + seed);
      }
      RawPeer.await("refusals", () -> node.counters().faults() >= 100);
      assertTrue(link.isOpen());
      assertEquals(1, node.counters().opened());
      assertFalse(listener0.hasClosed());
      // And whoever means well still gets in.
      RecordingListener again = new RecordingListener();
      try (TransportNode second =
          TransportNode.launch(Nodes.party(1, driver, Nodes.freshAddress(Medium.IPC), again))) {
        second.connect(node.address(), "party 0");
        again.awaitOpened();
      }
    } finally {
      streams.forEach(ExclusivePublication::close);
    }
  }
}
