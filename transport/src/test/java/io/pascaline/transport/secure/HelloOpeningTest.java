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
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every transition of docs/wire-format.md, and what an attacker may send instead. */
@Timeout(120)
class HelloOpeningTest {
  private final Pair pair = new Pair();
  private final InitiatorHandshake initiator = pair.initiator(7);
  private final ResponderHandshake listener = pair.listener();

  @Test
  void shouldEstablishTheSameKeysOnBothSides() throws MalformedFrame {
    pair.complete(initiator, listener);

    assertTrue(initiator.isEstablished());
    assertTrue(listener.isEstablished());
    assertEquals("party 1", listener.peer().name());
    assertEquals("party 0", initiator.peer().name());
    assertEquals(Pair.REPLY, listener.opening().replyAddress());
    assertEquals(7, listener.opening().dialId());
    assertEquals(Pair.parameters(1), listener.peerParameters());
    assertEquals(Pair.parameters(0), initiator.peerParameters());
    byte[] sent = {1, 2, 3};
    assertArrayEquals(
        sent, Sealed.open(listener.channel(), Sealed.seal(initiator.channel(), sent)));
    assertArrayEquals(
        sent, Sealed.open(initiator.channel(), Sealed.seal(listener.channel(), sent)));
  }

  @Test
  void shouldMakeOtherKeysEachTime() throws MalformedFrame {
    pair.complete(initiator, listener);
    ResponderHandshake other = pair.listener();
    pair.complete(pair.initiator(7), other);

    assertNull(Sealed.open(other.channel(), Sealed.seal(initiator.channel(), new byte[] {1})));
  }

  /** What has happened to a side before a message comes. */
  private enum Stage {
    INITIATOR_INITIATED(HandshakeMessage.RESPOND),
    INITIATOR_ESTABLISHED(0),
    LISTENER_LISTENING(HandshakeMessage.INITIATE),
    LISTENER_RESPONDED(HandshakeMessage.CONFIRM),
    LISTENER_ESTABLISHED(0);

    private final int due;

    Stage(int due) {
      this.due = due;
    }
  }

  /** The table of docs/wire-format.md: each stage with each of the three true messages. */
  @ParameterizedTest
  @EnumSource(Stage.class)
  void shouldTakeTheOneMessageThatIsDueAndNoOther(Stage stage) throws MalformedFrame {
    for (int type = HandshakeMessage.INITIATE; type <= HandshakeMessage.CONFIRM; type++) {
      InitiatorHandshake here = pair.initiator(7);
      ResponderHandshake there = freshListener();
      List<List<byte[]>> messages = new ArrayList<>(List.of(Pair.frames(here)));
      if (stage != Stage.LISTENER_LISTENING) {
        Pair.deliver(messages.get(0), there);
        messages.add(Pair.frames(there));
      }
      if (stage == Stage.INITIATOR_ESTABLISHED
          || stage.name().startsWith("LISTENER_") && messages.size() == 2) {
        Pair.deliver(messages.get(1), here);
        messages.add(Pair.frames(here));
      }
      if (stage == Stage.LISTENER_ESTABLISHED) {
        Pair.deliver(messages.get(2), there);
      }
      KeyExchange side = stage.name().startsWith("INITIATOR_") ? here : there;
      boolean before = side.isEstablished();
      // What this conversation has not said yet is taken from another one.
      List<byte[]> message = messages.size() >= type ? messages.get(type - 1) : ofAnother(type);

      if (type == stage.due) {
        Pair.deliver(message, side);
        assertEquals(type != HandshakeMessage.INITIATE, side.isEstablished(), "message " + type);
      } else {
        refused(FrameFault.BAD_HANDSHAKE, message, side);
        // An established initiator goes on; a listener never does.
        assertEquals(side == here && before, side.isEstablished(), "message " + type);
        assertNull(side.nextFrame(), "message " + type);
      }
      if (stage == Stage.INITIATOR_INITIATED && type != stage.due) {
        // And one that waits goes on waiting.
        Pair.deliver(messages.get(1), side);
        assertTrue(side.isEstablished());
      }
    }
  }

  private List<byte[]> ofAnother(int type) throws MalformedFrame {
    InitiatorHandshake here = pair.initiator(7);
    ResponderHandshake there = freshListener();
    List<byte[]> initiate = Pair.frames(here);
    Pair.deliver(initiate, there);
    List<byte[]> respond = Pair.frames(there);
    Pair.deliver(respond, here);
    return List.of(initiate, respond, Pair.frames(here)).get(type - 1);
  }

  @ParameterizedTest(name = "after message {0}")
  @ValueSource(ints = {HandshakeMessage.INITIATE, HandshakeMessage.RESPOND})
  void shouldGiveUpAListenerThatWasToldWhatIsNotDue(int type) throws MalformedFrame {
    List<byte[]> initiate = Pair.frames(initiator);
    Pair.deliver(initiate, listener);
    List<byte[]> respond = Pair.frames(listener);
    Pair.deliver(respond, initiator);
    List<byte[]> confirm = Pair.frames(initiator);
    refused(FrameFault.BAD_HANDSHAKE, type == 1 ? initiate : respond, listener);

    refused(FrameFault.BAD_HANDSHAKE, confirm, listener);
    assertFalse(listener.isEstablished());
  }

  /** A initiator dials again and again: an answer to one attempt is none to another. */
  @Test
  void shouldNotTakeTheAnswerToAnotherAttempt() throws MalformedFrame {
    InitiatorHandshake next = pair.initiator(8);
    Pair.deliver(Pair.frames(initiator), listener);
    List<byte[]> respond = Pair.frames(listener);

    refused(FrameFault.UNKNOWN_IDENTITY, respond, next);
    Pair.deliver(respond, initiator);

    assertTrue(initiator.isEstablished());
    assertFalse(next.isEstablished());
  }

  /** Answers that name another identity, role or id than the dialled one's, before and after 24. */
  @Test
  void shouldNotTakeTheAnswerOfAnotherIdentityOrRole() throws MalformedFrame {
    Pair.deliver(Pair.frames(initiator), listener);
    List<byte[]> respond = Pair.frames(listener);
    int payload = HandshakeMessage.HEADER_BYTES;

    refused(
        FrameFault.UNKNOWN_IDENTITY,
        flipped(respond, payload + HandshakeFields.OWN_KEY),
        initiator);
    refused(
        FrameFault.UNKNOWN_IDENTITY,
        flipped(respond, payload + HandshakeFields.PEER_KEY),
        initiator);
    // Signed by the dialled identity itself, but as another party than it is pinned for.
    ResponderHandshake boasting =
        new ResponderHandshake(
            new LinkSecurity.Secured(
                pair.listenerIdentity,
                PinnedPeers.of(
                    List.of(
                        new PinnedPeers.Peer(
                            pair.initiatorIdentity.publicIdentity(), Role.PARTY, 1)))),
            new LinkParameters(Role.DEALER, -1, 1, 1 << 20, 500, 10_000),
            new HandshakeGate(),
            Pair.RANDOM,
            System::nanoTime);
    InitiatorHandshake other = pair.initiator(9);
    Pair.deliver(Pair.frames(other), boasting);
    refused(FrameFault.UNKNOWN_IDENTITY, Pair.frames(boasting), other);
    assertFalse(other.isEstablished());
  }

  /** Cheap checks come first, so that what strangers send costs no signature. */
  @Test
  void shouldCheckFromCheapToDear() throws MalformedFrame {
    List<byte[]> initiate = Pair.frames(initiator);
    Pair.deliver(initiate, listener);
    InitiatorHandshake stranger =
        pair.initiator(
            PrivateIdentity.generate(Pair.RANDOM),
            pair.listenerIdentity.publicIdentity(),
            Pair.parameters(1),
            7);
    List<byte[]> unknown = Pair.frames(stranger);
    List<byte[]> fresh = Pair.frames(pair.initiator(8));
    List<byte[]> forged = flipped(fresh, HandshakeMessage.HEADER_BYTES + 1_310);
    // 199 signatures are left of a burst; those before the budget take none of them.
    for (int i = 0; i < 300; i++) {
      refused(FrameFault.WRONG_VERSION, flipped(fresh, 16), pair.listener());
      refused(FrameFault.UNKNOWN_IDENTITY, unknown, pair.listener());
      refused(FrameFault.REPLAYED, initiate, pair.listener());
    }
    for (int i = 0; i < 199; i++) {
      refused(FrameFault.BAD_SIGNATURE, forged, pair.listener());
    }
    refused(FrameFault.HANDSHAKE_LIMIT, forged, pair.listener());
    refused(FrameFault.HANDSHAKE_LIMIT, fresh, pair.listener());
  }

  @Test
  void shouldGiveUpAListenerThatMetAFault() throws MalformedFrame {
    Pair.deliver(Pair.frames(initiator), listener);
    Pair.deliver(Pair.frames(listener), initiator);
    List<byte[]> confirm = Pair.frames(initiator);
    byte[] forged = confirm.get(0).clone();
    forged[20] ^= 1;
    refused(FrameFault.BAD_SIGNATURE, List.of(forged), listener);

    refused(FrameFault.BAD_HANDSHAKE, confirm, listener);
    assertFalse(listener.isEstablished());
  }

  @Test
  void shouldWaitOnWhenAnAnswerIsForged() throws MalformedFrame {
    Pair.deliver(Pair.frames(initiator), listener);
    List<byte[]> respond = Pair.frames(listener);
    int bytes = respond.stream().mapToInt(frame -> frame.length).sum();
    int refusals = 0;
    for (int at = 0; at < bytes; at += 13) {
      List<byte[]> forged = flipped(respond, at);
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
      List<byte[]> forged = flipped(message, at);
      KeyExchange victim = freshListener();

      assertThrows(MalformedFrame.class, () -> Pair.deliver(forged, victim), "byte " + at);
      assertNull(victim.nextFrame(), "byte " + at);
    }
  }

  @Test
  void shouldRefuseAConfirmationWithAnyByteChanged() throws MalformedFrame {
    for (int at = 0; at < 16 + HandshakeFields.confirmBytes(); at += 3) {
      InitiatorHandshake honest = pair.initiator(7);
      ResponderHandshake waiting = pair.listener();
      Pair.deliver(Pair.frames(honest), waiting);
      Pair.deliver(Pair.frames(waiting), honest);
      List<byte[]> forged = flipped(Pair.frames(honest), at);

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
      ResponderHandshake victim = pair.listener();
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
        pair.initiator(stranger, pair.listenerIdentity.publicIdentity(), Pair.parameters(1), 7);

    MalformedFrame fault = refused(FrameFault.UNKNOWN_IDENTITY, Pair.frames(theirs), listener);

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
          pair.initiator(pair.initiatorIdentity, pair.listenerIdentity.publicIdentity(), claim, 7);
      refused(FrameFault.UNKNOWN_IDENTITY, Pair.frames(theirs), pair.listener());
    }
  }

  @Test
  void shouldRefuseWhatWasMeantForAnotherNode() {
    ResponderHandshake other =
        pair.listener(
            PrivateIdentity.generate(Pair.RANDOM), pair.initiatorIdentity.publicIdentity());

    refused(FrameFault.UNKNOWN_IDENTITY, Pair.frames(initiator), other);
  }

  @Test
  void shouldRefuseItsOwnMessagesReflected() throws MalformedFrame {
    // The initiator also listens, with the same identity and the peer pinned.
    ResponderHandshake self =
        pair.listener(pair.initiatorIdentity, pair.listenerIdentity.publicIdentity());
    refused(FrameFault.UNKNOWN_IDENTITY, Pair.frames(initiator), self);
  }

  /** Both dial at once: two handshakes that know nothing of each other. */
  @Test
  void shouldOpenTwoLinksWhenBothDial() throws MalformedFrame {
    InitiatorHandshake back =
        pair.initiator(
            pair.listenerIdentity, pair.initiatorIdentity.publicIdentity(), Pair.parameters(1), 7);
    ResponderHandshake forth =
        pair.listener(pair.initiatorIdentity, pair.listenerIdentity.publicIdentity());
    List<byte[]> one = Pair.frames(initiator);
    List<byte[]> two = Pair.frames(back);
    Pair.deliver(one, listener);
    Pair.deliver(two, forth);
    List<byte[]> answerOne = Pair.frames(listener);
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
    Pair.deliver(initiate, listener);

    refused(FrameFault.REPLAYED, initiate, pair.listener());
  }

  @Test
  void shouldLeaveAReplayedFirstMessageUnconfirmed() throws MalformedFrame {
    List<byte[]> initiate = Pair.frames(initiator);
    Pair.deliver(initiate, listener);
    // A node that has restarted does not remember; but who replays cannot confirm.
    ResponderHandshake victim = freshListener();
    Pair.deliver(initiate, victim);
    InitiatorHandshake other = pair.initiator(7);
    ResponderHandshake third = pair.listener();
    Pair.deliver(Pair.frames(other), third);
    Pair.deliver(Pair.frames(third), other);

    refused(FrameFault.BAD_SIGNATURE, Pair.frames(other), victim);
    assertFalse(victim.isEstablished());
  }

  @Test
  void shouldRefuseAnotherVersionOrSuite() throws MalformedFrame {
    List<byte[]> initiate = Pair.frames(initiator);
    for (int at : new int[] {4, 5}) {
      List<byte[]> other = flipped(initiate, at);
      refused(FrameFault.WRONG_VERSION, other, pair.listener());
    }
    for (int at : new int[] {16, 17}) {
      refused(FrameFault.WRONG_VERSION, flipped(initiate, at), pair.listener());
    }
    // The protocol's version is the actors' to compare; changed on the way, the signature fails.
    refused(FrameFault.BAD_SIGNATURE, flipped(initiate, 24), pair.listener());
    Pair.deliver(initiate, listener);
    List<byte[]> respond = Pair.frames(listener);
    refused(FrameFault.WRONG_VERSION, flipped(respond, 16), initiator);
    refused(FrameFault.BAD_SIGNATURE, flipped(respond, 24), initiator);
  }

  @Test
  void shouldRefuseLengthsThatNoMessageHas() {
    for (int length : new int[] {0, 1, 95, 97, 1_303, 1_305, 1_373, 1_374, 1_631, 65_535}) {
      for (int type = 0; type <= 5; type++) {
        byte[] frame = new byte[16 + 64];
        UnsafeBuffer buffer = new UnsafeBuffer(frame);
        buffer.putByte(0, (byte) type);
        buffer.putByte(2, (byte) ((length + 1_023) / 1_024));
        buffer.putShort(4, (short) 1);
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
      gate.remember(KeySchedule.digest(new byte[] {(byte) i, (byte) (i >> 8)}));
    }
    byte[] latest = KeySchedule.digest(new byte[] {(byte) 9_999, (byte) (9_999 >> 8)});
    assertThrows(MalformedFrame.class, () -> gate.requireNew(latest));
    gate.requireNew(KeySchedule.digest(new byte[] {0, 0}));
  }

  private ResponderHandshake freshListener() {
    return new ResponderHandshake(
        new LinkSecurity.Secured(
            pair.listenerIdentity,
            PinnedPeers.of(
                List.of(
                    new PinnedPeers.Peer(pair.initiatorIdentity.publicIdentity(), Role.PARTY, 1)))),
        Pair.parameters(0),
        new HandshakeGate(),
        Pair.RANDOM,
        System::nanoTime);
  }

  private static HandshakeMessage take(HandshakeAssembly assembly, byte[] frame)
      throws MalformedFrame {
    return assembly.onFrame(new UnsafeBuffer(frame), 0, frame.length);
  }

  private static List<byte[]> flipped(List<byte[]> frames, int at) {
    List<byte[]> copy = new ArrayList<>();
    int before = 0;
    for (byte[] frame : frames) {
      byte[] changed = frame.clone();
      if (at >= before && at < before + frame.length) {
        changed[at - before] ^= 2;
      }
      before += frame.length;
      copy.add(changed);
    }
    return copy;
  }

  private static MalformedFrame refused(FrameFault expected, List<byte[]> frames, KeyExchange by) {
    MalformedFrame fault = assertThrows(MalformedFrame.class, () -> Pair.deliver(frames, by));
    assertEquals(expected, fault.fault(), fault::getMessage);
    return fault;
  }
}
