// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecureFrameChannelTest {
  private static final byte[] HELLO = {1, 2, 3, 4, 5, 6, 7, 8};

  private final AtomicLong clockNs = new AtomicLong();

  /** One for all channels, as in a node with many links. */
  private final FrameArrays arrays = new FrameArrays();

  /** Returns the sealing side of fresh but equal keys. */
  private SecureFrameChannel sender(RekeyPolicy rekey) {
    return new SecureFrameChannel(keys(1), keys(2), rekey, clockNs::get, arrays);
  }

  private SecureFrameChannel receiver() {
    return new SecureFrameChannel(keys(2), keys(1), RekeyPolicy.usual(), clockNs::get, arrays);
  }

  private static DirectionKeys keys(int direction) {
    byte[] secret = new byte[32];
    secret[0] = (byte) direction;
    return new DirectionKeys(secret);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldCarryFramesOfAnyLength(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SecureFrameChannel sender = sender(RekeyPolicy.usual());
    SecureFrameChannel receiver = receiver();
    for (int i = 0; i < 300; i++) {
      byte[] plain = new byte[random.nextInt(i % 10 == 0 ? 65_000 : 200)];
      random.nextBytes(plain);
      byte[] frame = Sealed.seal(sender, plain);

      assertEquals(plain.length + SecureFrameChannel.OVERHEAD_BYTES, frame.length);
      assertArrayEquals(plain, Sealed.open(receiver, frame), "seed " + seed + ", frame " + i);
    }
  }

  /** Channels of one node have their arrays in common, and each frame is still its own. */
  @Test
  void shouldCarryFramesOfManyLinksInTurn() {
    SplittableRandom random = new SplittableRandom(4);
    List<SecureFrameChannel> senders = new ArrayList<>();
    List<SecureFrameChannel> receivers = new ArrayList<>();
    for (int link = 0; link < 8; link++) {
      senders.add(sender(RekeyPolicy.usual()));
      receivers.add(receiver());
    }
    for (int i = 0; i < 50; i++) {
      List<byte[]> plain = new ArrayList<>();
      List<byte[]> frames = new ArrayList<>();
      for (SecureFrameChannel sender : senders) {
        byte[] next = new byte[random.nextInt(300)];
        random.nextBytes(next);
        plain.add(next);
        frames.add(Sealed.seal(sender, next));
      }
      for (int link = 0; link < senders.size(); link++) {
        assertArrayEquals(plain.get(link), Sealed.open(receivers.get(link), frames.get(link)));
      }
    }
  }

  @Test
  void shouldRefuseEveryBitThatWasChanged() {
    byte[] frame = Sealed.seal(sender(RekeyPolicy.usual()), HELLO);
    for (int bit = 0; bit < 8 * frame.length; bit++) {
      byte[] changed = frame.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      SecureFrameChannel receiver = receiver();

      assertNull(Sealed.open(receiver, changed), "bit " + bit);
      // What was forged may have taken the true frame's place: the stream is over.
      assertNull(Sealed.open(receiver, frame), "bit " + bit);
      assertEquals(0, receiver.receiveGeneration());
    }
  }

  @Test
  void shouldRefuseEveryLengthButItsOwn() {
    byte[] frame = Sealed.seal(sender(RekeyPolicy.usual()), HELLO);
    for (int length = 0; length <= frame.length + 40; length++) {
      if (length != frame.length) {
        assertNull(Sealed.open(receiver(), Arrays.copyOf(frame, length)), "length " + length);
      }
    }
    assertNull(Sealed.open(receiver(), Arrays.copyOf(frame, 1 << 20)));
  }

  @Test
  void shouldRefuseReplayedAndReorderedAndMissingFrames() {
    SecureFrameChannel sender = sender(RekeyPolicy.usual());
    byte[] first = Sealed.seal(sender, HELLO);
    byte[] second = Sealed.seal(sender, HELLO);
    SecureFrameChannel replayed = receiver();
    assertNotNull(Sealed.open(replayed, first));
    assertNull(Sealed.open(replayed, first));

    assertNull(Sealed.open(receiver(), second));
  }

  @Test
  void shouldRefuseItsOwnFramesReflected() {
    SecureFrameChannel sender = sender(RekeyPolicy.usual());

    assertNull(Sealed.open(sender, Sealed.seal(sender, HELLO)));
  }

  @Test
  void shouldReplaceKeysUnderTrafficByBytes() {
    SecureFrameChannel sender = sender(new RekeyPolicy(1_000, Long.MAX_VALUE));
    SecureFrameChannel receiver = receiver();
    Set<String> sealed = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      byte[] frame = Sealed.seal(sender, HELLO);
      sealed.add(Hex.text(Arrays.copyOfRange(frame, 16, frame.length)));
      assertArrayEquals(HELLO, Sealed.open(receiver, frame), "frame " + i);
    }
    // 25 frames of 40 bytes to a key.
    assertEquals(39, sender.sendGeneration());
    assertEquals(39, receiver.receiveGeneration());
    assertEquals(1_000, sealed.size());
  }

  @Test
  void shouldReplaceKeysByTime() {
    SecureFrameChannel sender = sender(new RekeyPolicy(1L << 40, 100));
    SecureFrameChannel receiver = receiver();
    assertNotNull(Sealed.open(receiver, Sealed.seal(sender, HELLO)));
    clockNs.addAndGet(101);

    assertNotNull(Sealed.open(receiver, Sealed.seal(sender, HELLO)));

    assertEquals(1, receiver.receiveGeneration());
  }

  @Test
  void shouldNotMoveOnForAForgedGeneration() {
    byte[] frame = Sealed.seal(sender(RekeyPolicy.usual()), HELLO);
    for (int generation : new int[] {1, 2, -1, Integer.MAX_VALUE}) {
      byte[] forged = frame.clone();
      for (int i = 0; i < 4; i++) {
        forged[4 + i] = (byte) (generation >>> (8 * i));
      }
      SecureFrameChannel receiver = receiver();

      assertNull(Sealed.open(receiver, forged), "generation " + generation);
      assertEquals(0, receiver.receiveGeneration());
    }
  }

  @Test
  void shouldPrintNoSecret() {
    PrivateIdentity identity = PrivateIdentity.ofSeed(new byte[32]);

    assertEquals("PrivateIdentity of " + identity.publicIdentity(), identity.toString());
    assertEquals("DirectionKeys[generation 0]", keys(1).toString());
    assertTrue(
        new LinkSecurity.Secured(identity, PinnedPeers.of(java.util.List.of()))
            .toString()
            .contains("PrivateIdentity of ed25519:"));
  }
}
