// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.link.Role;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every transition of docs/wire-format.md, and what an attacker may send instead. */
@Timeout(120)
class HandshakeTest {
  private final Pair pair = new Pair();
  private final InitiatorHandshake initiator = pair.initiator(7);
  private final ResponderHandshake responder = pair.responder();

  @Test
  void shouldEstablishTheSameKeysOnBothSides() throws MalformedFrame {
    pair.complete(initiator, responder);

    assertTrue(initiator.isEstablished());
    assertTrue(responder.isEstablished());
    assertEquals("party 1", responder.peer().name());
    assertEquals("party 0", initiator.peer().name());
    assertEquals(Pair.REPLY, responder.opening().replyAddress());
    assertEquals(7, responder.opening().dialId());
    assertEquals(Pair.parameters(1), responder.peerParameters());
    assertEquals(Pair.parameters(0), initiator.peerParameters());
    byte[] sent = {1, 2, 3};
    assertArrayEquals(
        sent, Sealed.open(responder.channel(), Sealed.seal(initiator.channel(), sent)));
    assertArrayEquals(
        sent, Sealed.open(initiator.channel(), Sealed.seal(responder.channel(), sent)));
    assertEquals(initiator.conversation(), responder.conversation());
    byte[] exported = initiator.exporter().export("use");
    assertArrayEquals(exported, responder.exporter().export("use"));
  }

  @Test
  void shouldMakeOtherKeysEachTime() throws MalformedFrame {
    pair.complete(initiator, responder);
    ResponderHandshake other = pair.responder();
    pair.complete(pair.initiator(7), other);

    assertNull(Sealed.open(other.channel(), Sealed.seal(initiator.channel(), new byte[] {1})));
    assertFalse(Arrays.equals(initiator.exporter().export("use"), other.exporter().export("use")));
  }

  @ParameterizedTest(name = "after message {0}")
  @ValueSource(ints = {HandshakeMessage.INITIATE, HandshakeMessage.RESPOND})
  void shouldGiveUpAResponderThatWasToldWhatIsNotDue(int type) throws MalformedFrame {
    List<byte[]> initiate = Pair.frames(initiator);
    Pair.deliver(initiate, responder);
    List<byte[]> respond = Pair.frames(responder);
    Pair.deliver(respond, initiator);
    List<byte[]> confirm = Pair.frames(initiator);
    Pair.refused(FrameFault.BAD_HANDSHAKE, type == 1 ? initiate : respond, responder);

    Pair.refused(FrameFault.BAD_HANDSHAKE, confirm, responder);
    assertFalse(responder.isEstablished());
  }

  /** A initiator dials again and again: an answer to one attempt is none to another. */
  @Test
  void shouldNotTakeTheAnswerToAnotherAttempt() throws MalformedFrame {
    InitiatorHandshake next = pair.initiator(8);
    Pair.deliver(Pair.frames(initiator), responder);
    List<byte[]> respond = Pair.frames(responder);

    Pair.refused(FrameFault.UNKNOWN_IDENTITY, respond, next);
    Pair.deliver(respond, initiator);

    assertTrue(initiator.isEstablished());
    assertFalse(next.isEstablished());
  }

  /** Answers that name another identity, role or id than the dialled one's, before and after 24. */
  @Test
  void shouldNotTakeTheAnswerOfAnotherIdentityOrRole() throws MalformedFrame {
    Pair.deliver(Pair.frames(initiator), responder);
    List<byte[]> respond = Pair.frames(responder);
    int payload = HandshakeMessage.HEADER_BYTES;

    Pair.refused(
        FrameFault.UNKNOWN_IDENTITY,
        Pair.flipped(respond, payload + HandshakeFields.OWN_KEY),
        initiator);
    Pair.refused(
        FrameFault.UNKNOWN_IDENTITY,
        Pair.flipped(respond, payload + HandshakeFields.PEER_KEY),
        initiator);
    // Signed by the dialled identity itself, but as another party than it is pinned for.
    ResponderHandshake boasting =
        new ResponderHandshake(
            new LinkSecurity.Secured(
                pair.responderIdentity,
                PinnedPeers.of(
                    List.of(
                        new PinnedPeers.Peer(
                            pair.initiatorIdentity.publicIdentity(), Role.PARTY, 1)))),
            new LinkParameters(Role.DEALER, -1, 1, 1 << 20, 500, 10_000),
            new HandshakeGate(),
            Pair.RANDOM,
            System::nanoTime,
            new FrameArrays());
    InitiatorHandshake other = pair.initiator(9);
    Pair.deliver(Pair.frames(other), boasting);
    Pair.refused(FrameFault.UNKNOWN_IDENTITY, Pair.frames(boasting), other);
    assertFalse(other.isEstablished());
  }

  /** Cheap checks come first, so that what strangers send costs no signature. */
  @Test
  void shouldCheckFromCheapToDear() throws MalformedFrame {
    List<byte[]> initiate = Pair.frames(initiator);
    Pair.deliver(initiate, responder);
    InitiatorHandshake stranger =
        pair.initiator(
            PrivateIdentity.generate(Pair.RANDOM),
            pair.responderIdentity.publicIdentity(),
            Pair.parameters(1),
            7);
    List<byte[]> unknown = Pair.frames(stranger);
    List<byte[]> fresh = Pair.frames(pair.initiator(8));
    List<byte[]> forged = Pair.flipped(fresh, HandshakeMessage.HEADER_BYTES + 1_310);
    // 199 signatures are left of a burst; those before the budget take none of them.
    for (int i = 0; i < 300; i++) {
      Pair.refused(FrameFault.WRONG_VERSION, Pair.flipped(fresh, 16), pair.responder());
      Pair.refused(FrameFault.UNKNOWN_IDENTITY, unknown, pair.responder());
      Pair.refused(FrameFault.REPLAYED, initiate, pair.responder());
    }
    for (int i = 0; i < 199; i++) {
      Pair.refused(FrameFault.BAD_SIGNATURE, forged, pair.responder());
    }
    Pair.refused(FrameFault.HANDSHAKE_LIMIT, forged, pair.responder());
    Pair.refused(FrameFault.HANDSHAKE_LIMIT, fresh, pair.responder());
  }

  @Test
  void shouldGiveUpAResponderThatMetAFault() throws MalformedFrame {
    Pair.deliver(Pair.frames(initiator), responder);
    Pair.deliver(Pair.frames(responder), initiator);
    List<byte[]> confirm = Pair.frames(initiator);
    byte[] forged = confirm.get(0).clone();
    forged[20] ^= 1;
    Pair.refused(FrameFault.BAD_SIGNATURE, List.of(forged), responder);

    Pair.refused(FrameFault.BAD_HANDSHAKE, confirm, responder);
    assertFalse(responder.isEstablished());
  }

  @Test
  void shouldWaitOnWhenAnAnswerIsForged() throws MalformedFrame {
    Pair.deliver(Pair.frames(initiator), responder);
    List<byte[]> respond = Pair.frames(responder);
    int bytes = respond.stream().mapToInt(frame -> frame.length).sum();
    int refusals = 0;
    for (int at = 0; at < bytes; at += 13) {
      List<byte[]> forged = Pair.flipped(respond, at);
      assertThrows(MalformedFrame.class, () -> Pair.deliver(forged, initiator), "byte " + at);
      refusals++;
    }
    assertTrue(refusals > 90);
    assertFalse(initiator.isEstablished());

    Pair.deliver(respond, initiator);

    assertTrue(initiator.isEstablished());
  }

  @Test
  void shouldRefuseAFirstMessageWithAnyByteChanged() {
    List<byte[]> message = Pair.frames(initiator);
    int bytes = message.stream().mapToInt(frame -> frame.length).sum();
    for (int at = 0; at < bytes; at++) {
      List<byte[]> forged = Pair.flipped(message, at);
      KeyExchange victim = pair.freshResponder();

      assertThrows(MalformedFrame.class, () -> Pair.deliver(forged, victim), "byte " + at);
      assertNull(victim.nextFrame(), "byte " + at);
    }
  }

  @Test
  void shouldRefuseAConfirmationWithAnyByteChanged() throws MalformedFrame {
    for (int at = 0; at < 16 + HandshakeFields.lengthOf(HandshakeMessage.CONFIRM); at += 3) {
      InitiatorHandshake honest = pair.initiator(7);
      ResponderHandshake waiting = pair.responder();
      Pair.deliver(Pair.frames(honest), waiting);
      Pair.deliver(Pair.frames(waiting), honest);
      List<byte[]> forged = Pair.flipped(Pair.frames(honest), at);

      assertThrows(MalformedFrame.class, () -> Pair.deliver(forged, waiting), "byte " + at);
      assertFalse(waiting.isEstablished(), "byte " + at);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void shouldRefuseRandomFrames(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> honest = Pair.frames(initiator);
    for (int i = 0; i < 20_000; i++) {
      byte[] frame;
      if (random.nextBoolean()) {
        frame = new byte[random.nextInt(1_200)];
        random.nextBytes(frame);
        if (frame.length > 8 && random.nextBoolean()) {
          System.arraycopy(honest.get(0), 0, frame, 0, 8);
        }
      } else {
        frame = honest.get(random.nextInt(2)).clone();
        frame[random.nextInt(16)] ^= (byte) (1 << random.nextInt(8));
      }
      ResponderHandshake victim = pair.responder();
      try {
        Pair.deliver(List.of(frame), victim);
      } catch (MalformedFrame e) {
        assertFalse(e.getMessage().contains("\n"));
      }
      assertNull(victim.nextFrame(), "seed " + seed + ", frame " + i);
    }
  }

  @Test
  void shouldRefuseAnIdentityThatIsNotPinned() {
    PrivateIdentity stranger = PrivateIdentity.generate(Pair.RANDOM);
    InitiatorHandshake theirs =
        pair.initiator(stranger, pair.responderIdentity.publicIdentity(), Pair.parameters(1), 7);

    MalformedFrame fault =
        Pair.refused(FrameFault.UNKNOWN_IDENTITY, Pair.frames(theirs), responder);

    assertTrue(fault.getMessage().contains(stranger.publicIdentity().toString()));
  }

  @Test
  void shouldRefuseAPinnedIdentityInAnotherRole() {
    for (LinkParameters claim :
        List.of(
            new LinkParameters(Role.PARTY, 0, 1, 1, 500, 10_000),
            new LinkParameters(Role.DEALER, -1, 1, 1, 500, 10_000),
            new LinkParameters(Role.CLIENT, -1, 1, 1, 500, 10_000))) {
      InitiatorHandshake theirs =
          pair.initiator(pair.initiatorIdentity, pair.responderIdentity.publicIdentity(), claim, 7);
      Pair.refused(FrameFault.UNKNOWN_IDENTITY, Pair.frames(theirs), pair.responder());
    }
  }

  @Test
  void shouldRefuseWhatWasMeantForAnotherNode() {
    ResponderHandshake other =
        pair.responder(
            PrivateIdentity.generate(Pair.RANDOM), pair.initiatorIdentity.publicIdentity());

    Pair.refused(FrameFault.UNKNOWN_IDENTITY, Pair.frames(initiator), other);
  }

  @Test
  void shouldRefuseItsOwnMessagesReflected() throws MalformedFrame {
    // The initiator also listens, with the same identity and the peer pinned.
    ResponderHandshake self =
        pair.responder(pair.initiatorIdentity, pair.responderIdentity.publicIdentity());
    Pair.refused(FrameFault.UNKNOWN_IDENTITY, Pair.frames(initiator), self);
  }

  /** Both dial at once: two handshakes that know nothing of each other. */
  @Test
  void shouldOpenTwoLinksWhenBothDial() throws MalformedFrame {
    InitiatorHandshake back =
        pair.initiator(
            pair.responderIdentity, pair.initiatorIdentity.publicIdentity(), Pair.parameters(1), 7);
    ResponderHandshake forth =
        pair.responder(pair.initiatorIdentity, pair.responderIdentity.publicIdentity());
    List<byte[]> one = Pair.frames(initiator);
    List<byte[]> two = Pair.frames(back);
    Pair.deliver(one, responder);
    Pair.deliver(two, forth);
    List<byte[]> answerOne = Pair.frames(responder);
    List<byte[]> answerTwo = Pair.frames(forth);
    // Crossed over, though the dial ids are the same, neither answer holds.
    assertThrows(MalformedFrame.class, () -> Pair.deliver(answerTwo, initiator));
    assertThrows(MalformedFrame.class, () -> Pair.deliver(answerOne, back));

    Pair.deliver(answerOne, initiator);
    Pair.deliver(answerTwo, back);

    assertTrue(initiator.isEstablished());
    assertTrue(back.isEstablished());
  }

  @Test
  void shouldRefuseAFirstMessageThatIsReplayed() throws MalformedFrame {
    List<byte[]> initiate = Pair.frames(initiator);
    Pair.deliver(initiate, responder);

    Pair.refused(FrameFault.REPLAYED, initiate, pair.responder());
  }

  @Test
  void shouldLeaveAReplayedFirstMessageUnconfirmed() throws MalformedFrame {
    List<byte[]> initiate = Pair.frames(initiator);
    Pair.deliver(initiate, responder);
    // A node that has restarted does not remember; but who replays cannot confirm.
    ResponderHandshake victim = pair.freshResponder();
    Pair.deliver(initiate, victim);
    InitiatorHandshake other = pair.initiator(7);
    ResponderHandshake third = pair.responder();
    Pair.deliver(Pair.frames(other), third);
    Pair.deliver(Pair.frames(third), other);

    Pair.refused(FrameFault.BAD_SIGNATURE, Pair.frames(other), victim);
    assertFalse(victim.isEstablished());
  }

  @Test
  void shouldRefuseAnotherVersionOrSuite() throws MalformedFrame {
    List<byte[]> initiate = Pair.frames(initiator);
    for (int at : new int[] {4, 5}) {
      List<byte[]> other = Pair.flipped(initiate, at);
      Pair.refused(FrameFault.WRONG_VERSION, other, pair.responder());
    }
    for (int at : new int[] {16, 17}) {
      Pair.refused(FrameFault.WRONG_VERSION, Pair.flipped(initiate, at), pair.responder());
    }
    // The protocol's version is the actors' to compare; changed on the way, the signature fails.
    Pair.refused(FrameFault.BAD_SIGNATURE, Pair.flipped(initiate, 24), pair.responder());
    Pair.deliver(initiate, responder);
    List<byte[]> respond = Pair.frames(responder);
    Pair.refused(FrameFault.WRONG_VERSION, Pair.flipped(respond, 16), initiator);
    Pair.refused(FrameFault.BAD_SIGNATURE, Pair.flipped(respond, 24), initiator);
  }

  @Test
  void shouldRefuseLengthsThatNoMessageHas() {
    for (int length : new int[] {0, 1, 95, 97, 1_303, 1_305, 1_373, 1_374, 1_631, 65_535}) {
      for (int type = 0; type <= 5; type++) {
        byte[] frame = new byte[16 + 64];
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        buffer.putByte(0, (byte) type);
        buffer.putByte(2, (byte) ((length + 1_023) / 1_024));
        buffer.putShort(4, (short) HandshakeMessage.VERSION);
        buffer.putShort(6, (short) length);
        assertThrows(
            MalformedFrame.class,
            () -> new HandshakeAssembly().onFrame(buffer, 0, frame.length),
            "type " + type + ", length " + length);
      }
    }
    assertThrows(
        MalformedFrame.class,
        () -> new HandshakeAssembly().onFrame(new UnsafeBuffer(new byte[1_041]), 0, 1_041));
  }

  @Test
  void shouldTakePartsInTheirOrderOnly() throws MalformedFrame {
    List<byte[]> parts = Pair.frames(initiator);
    assertEquals(2, parts.size());
    HandshakeAssembly late = new HandshakeAssembly();
    assertThrows(MalformedFrame.class, () -> take(late, parts.get(1)));
    HandshakeAssembly twice = new HandshakeAssembly();
    assertNull(take(twice, parts.get(0)));
    assertThrows(MalformedFrame.class, () -> take(twice, parts.get(0)));
  }

  @Test
  void shouldSpendSoMuchOnSignaturesAndNoMore() throws MalformedFrame {
    HandshakeGate gate = new HandshakeGate();
    for (int i = 0; i < 200; i++) {
      gate.spend(0);
    }
    assertThrows(MalformedFrame.class, () -> gate.spend(0));

    gate.spend(1_000_000_000L);

    for (int i = 0; i < 10_000; i++) {
      gate.remember(Hkdf.sha256().digest(new byte[] {(byte) i, (byte) (i >> 8)}));
    }
    byte[] latest = Hkdf.sha256().digest(new byte[] {(byte) 9_999, (byte) (9_999 >> 8)});
    assertThrows(MalformedFrame.class, () -> gate.requireNew(latest));
    gate.requireNew(Hkdf.sha256().digest(new byte[] {0, 0}));
  }

  private static HandshakeMessage take(HandshakeAssembly assembly, byte[] frame)
      throws MalformedFrame {
    return assembly.onFrame(new UnsafeBuffer(frame), 0, frame.length);
  }
}
