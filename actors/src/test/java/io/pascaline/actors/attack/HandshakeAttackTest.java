// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.ExclusivePublication;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.transport.aeron.NodeCounters;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkParameters;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PrivateIdentity;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever reaches a port and speaks Aeron, at the handshake of every role. */
@Timeout(180)
class HandshakeAttackTest {
  private static final long SEED = 7;
  private static final int SCALE = Integer.getInteger("pascaline.attack.scale", 1);
  private static final int STREAMS_PER_PORT = 60 * SCALE;
  private static final int FRAMES_PER_STREAM = 10;
  private static final int INITIATE_PART_BYTES = 1_040;

  private final Deployment deployment = new Deployment(SEED);
  private final Stranger stranger = new Stranger();
  private final Bystander bystander = new Bystander(deployment.network, deployment.client, SEED);

  /** What the second client is, whose key the attacker has. */
  private final LinkSecurity.Secured insider =
      (LinkSecurity.Secured) deployment.identities.otherClient().security();

  private final List<Long> opened = new ArrayList<>();

  @BeforeEach
  void settle() {
    bystander.awaitAnswers(2);
    deployment.counters().forEach(counters -> opened.add(counters.opened()));
  }

  @AfterEach
  void close() throws InterruptedException {
    bystander.awaitAnswers(2);
    bystander.assertUntouched();
    assertTrue(deployment.isWhole());
    assertEquals(0, deployment.errors());
    stranger.close();
    deployment.close();
  }

  private void assertNothingOpened() {
    assertEquals(opened, deployment.counters().stream().map(NodeCounters::opened).toList());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void shouldAnswerNoMutatedFirstMessage(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<byte[]> honest = new ArrayList<>(honestInitiate());
    for (LinkAddress port : deployment.addresses()) {
      long before = deployment.faults();
      for (int i = 0; i < STREAMS_PER_PORT; i++) {
        try (ExclusivePublication stream = stranger.stream(port)) {
          for (byte[] frame : mutated(honest, random)) {
            Stranger.say(stream, frame);
          }
        }
      }
      Deployment.await("faults", () -> deployment.faults() - before >= STREAMS_PER_PORT * 3 / 4);
    }
    assertFalse(stranger.wasAnswered());
    assertNothingOpened();
  }

  private List<byte[]> honestInitiate() {
    return Stranger.frames(
        Stranger.dial(insider, "party 0", Stranger.AS_CLIENT, stranger.address()));
  }

  private static List<byte[]> mutated(List<byte[]> honest, SplittableRandom random) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < FRAMES_PER_STREAM; i++) {
      byte[] frame =
          i < honest.size() ? honest.get(i).clone() : new byte[1 + random.nextInt(1_200)];
      if (i >= honest.size()) {
        random.nextBytes(frame);
        frame[0] = (byte) random.nextInt(6);
      }
      frames.add(frame);
    }
    // The signature covers every byte, so one that differs is enough.
    byte[] victim = frames.get(random.nextInt(2));
    victim[random.nextInt(victim.length)] ^= (byte) (1 << random.nextInt(8));
    if (random.nextInt(4) == 0) {
      frames.set(0, Arrays.copyOf(frames.get(0), 1 + random.nextInt(INITIATE_PART_BYTES - 1)));
    }
    return frames;
  }

  @Test
  void shouldRefuseKeysThatAreNotPinnedAndRolesThatAreNotTheirs() {
    LinkSecurity.Secured unknown =
        new LinkSecurity.Secured(PrivateIdentity.generate(new SecureRandom()), insider.peers());
    NodeCounters counters = deployment.party0.transport().counters();
    LinkParameters asParty = new LinkParameters(Role.PARTY, 1, 1, 1 << 20, 500, 10_000);
    LinkParameters asDealer = new LinkParameters(Role.DEALER, -1, 1, 1 << 20, 500, 10_000);

    refused(FrameFault.UNKNOWN_IDENTITY, unknown, "party 0", Stranger.AS_CLIENT);
    refused(FrameFault.UNKNOWN_IDENTITY, unknown, "party 0", asParty);
    refused(FrameFault.UNKNOWN_IDENTITY, insider, "party 0", asParty);
    refused(FrameFault.UNKNOWN_IDENTITY, insider, "party 0", asDealer);
    // What was meant for another node.
    refused(FrameFault.UNKNOWN_IDENTITY, insider, "party 1", Stranger.AS_CLIENT);

    assertEquals(5, counters.authenticationFailures());
    assertFalse(stranger.wasAnswered());
    assertNothingOpened();
  }

  private void refused(
      FrameFault expected, LinkSecurity.Secured security, String peer, LinkParameters claims) {
    refused(expected, Stranger.frames(Stranger.dial(security, peer, claims, stranger.address())));
  }

  private void refused(FrameFault expected, List<byte[]> frames) {
    NodeCounters counters = deployment.party0.transport().counters();
    long before = counters.faults(expected);
    try (ExclusivePublication stream = stranger.stream(deployment.party0.address())) {
      frames.forEach(frame -> Stranger.say(stream, frame));
      Deployment.await(expected.toString(), () -> counters.faults(expected) > before);
    }
  }

  @Test
  void shouldRefuseOtherVersionsLengthsOrdersAndRepetitions() {
    // Version of the handshake, then the suite, then messages that are not due.
    refused(FrameFault.WRONG_VERSION, changed(0, 4, (byte) 2));
    refused(FrameFault.WRONG_VERSION, changed(0, 5, (byte) 1));
    refused(FrameFault.WRONG_VERSION, changed(0, 16, (byte) 0));
    for (byte type : new byte[] {0, 2, 3, 5, (byte) 255}) {
      refused(FrameFault.BAD_HANDSHAKE, changed(0, 0, type));
    }
    // As after a restart, of which nobody can tell whether it is an attack.
    refused(FrameFault.STALE_STREAM, changed(0, 0, (byte) 4));
    // Lengths: of the message, of the number of its parts, of the reply channel.
    refused(FrameFault.BAD_HANDSHAKE, changed(0, 7, (byte) 0xFF));
    refused(FrameFault.BAD_HANDSHAKE, changed(0, 2, (byte) 0xFF));
    refused(FrameFault.BAD_HANDSHAKE, changed(0, 1, (byte) 1));
    refused(FrameFault.BAD_HANDSHAKE, changed(1, 16 + 1_309 - 1_024, (byte) 0xFF));
    // Only its signature tells that a key offered was exchanged.
    refused(FrameFault.BAD_SIGNATURE, changed(0, 200, (byte) 1));
    assertFalse(stranger.wasAnswered());
    List<byte[]> honest = honestInitiate();
    try (ExclusivePublication stream = stranger.stream(deployment.party0.address())) {
      honest.forEach(frame -> Stranger.say(stream, frame));
      Deployment.await("answer", stranger::wasAnswered);
      refused(FrameFault.REPLAYED, honest);
      // A second first message on the same stream.
      NodeCounters counters = deployment.party0.transport().counters();
      long before = counters.faults(FrameFault.BAD_HANDSHAKE);
      honestInitiate().forEach(frame -> Stranger.say(stream, frame));
      Deployment.await("refusal", () -> counters.faults(FrameFault.BAD_HANDSHAKE) > before);
    }
    assertNothingOpened();
  }

  private List<byte[]> changed(int frame, int at, byte value) {
    List<byte[]> frames = honestInitiate();
    byte[] bytes = frames.get(frame);
    bytes[at] = bytes[at] == value ? (byte) (value ^ 1) : value;
    return frames;
  }

  /** A peer with a key begins handshakes without end, and completes none. */
  @Test
  void shouldServeOthersWhileHandshakesAreLeftHalfOpen() {
    LinkAddress nobody = LinkAddress.udp("127.0.0.1", 9);
    long heapBytes = DatagramAttackTest.usedHeapBytes();
    List<ExclusivePublication> streams = new ArrayList<>();
    for (int i = 0; i < 100 * SCALE; i++) {
      ExclusivePublication stream = stranger.stream(deployment.party0.address());
      streams.add(stream);
      Stranger.frames(
              Stranger.dial(
                  insider, "party 0", Stranger.AS_CLIENT, i % 2 == 0 ? nobody : stranger.address()))
          .forEach(frame -> Stranger.say(stream, frame));
      if (i % 10 == 0) {
        bystander.awaitAnswers(1);
      }
    }
    try (PrivateInferenceClient late =
            deployment.connect(deployment.identities.client(), deployment.party0.address());
        Bystander asking = new Bystander(deployment.network, late, SEED + 9)) {
      asking.awaitAnswers(1);
    }
    assertTrue(DatagramAttackTest.usedHeapBytes() - heapBytes < 32L << 20);
    streams.forEach(ExclusivePublication::close);
  }
}
