// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MalformedFrameTest {
  private static final int MAX_WORDS = 4096;
  private static final int ROUNDS = 4000;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {11, 12, 13, 14})
  void shouldThrowNothingButMalformedFrame(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Set<FrameFault> seen = EnumSet.noneOf(FrameFault.class);
    for (int round = 0; round < ROUNDS; round++) {
      int partyId = random.nextInt(-1, 2);
      FramePipe pipe = new FramePipe(partyId, 2048, 1024, MAX_WORDS);
      List<byte[]> frames = conversation(pipe, random, partyId);
      int victim = random.nextInt(frames.size());
      frames.set(victim, mutate(frames.get(victim), random));
      try {
        pipe.decode(frames);
      } catch (MalformedFrame e) {
        seen.add(e.fault());
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
    }
    // What a single mutated frame can lead to; the rest has tests of its own.
    assertTrue(
        seen.containsAll(
            EnumSet.of(
                FrameFault.TOO_SHORT,
                FrameFault.UNKNOWN_SCHEMA,
                FrameFault.UNKNOWN_MESSAGE,
                FrameFault.BAD_LENGTH,
                FrameFault.OUT_OF_SEQUENCE,
                FrameFault.OUT_OF_ORDER)),
        "seed " + seed + " met only " + seen);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {21, 22})
  void shouldNoticeLostRepeatedAndSwappedFrames(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      FramePipe pipe = new FramePipe(1, 2048, 1024, MAX_WORDS);
      List<byte[]> frames = conversation(pipe, random, 1);
      int victim = random.nextInt(frames.size() - 1);
      switch (random.nextInt(3)) {
        case 0 -> frames.remove(victim);
        case 1 -> frames.add(victim, frames.get(victim));
        default -> frames.add(victim, frames.remove(victim + 1));
      }

      MalformedFrame fault =
          assertThrows(MalformedFrame.class, () -> pipe.decode(frames), "seed " + seed);

      assertEquals(FrameFault.OUT_OF_SEQUENCE, fault.fault());
    }
  }

  private static List<byte[]> conversation(FramePipe pipe, SplittableRandom random, int partyId) {
    RandomMessages source = new RandomMessages(random, 1500);
    List<byte[]> frames = new ArrayList<>(pipe.encodeHello(source.hello(partyId)));
    for (int i = 0; i < 5; i++) {
      frames.addAll(pipe.encode(source.next()));
    }
    frames.addAll(pipe.encode(new LinkMessage.Correction(1, 2, 3, random.ints(600).toArray())));
    return frames;
  }

  private static byte[] mutate(byte[] frame, SplittableRandom random) {
    byte[] mutated = frame.clone();
    switch (random.nextInt(4)) {
      case 0:
        return Arrays.copyOf(mutated, random.nextInt(mutated.length));
      case 1:
        return Arrays.copyOf(mutated, mutated.length + 1 + random.nextInt(64));
      case 2:
        random.nextBytes(mutated);
        return mutated;
      default:
        // The head holds all that is structure; most of a frame is opaque words.
        for (int i = random.nextInt(1, 4); i > 0; i--) {
          mutated[random.nextInt(Math.min(72, mutated.length))] ^= (byte) (1 << random.nextInt(8));
        }
        return mutated;
    }
  }
}
