// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import io.pascaline.transport.link.Role;
import java.lang.reflect.RecordComponent;
import java.util.SplittableRandom;

/** Messages of every type with seeded contents, and their comparison. */
final class RandomMessages {
  static final int TYPES = 11;
  private final SplittableRandom random;
  private final int maxWords;

  RandomMessages(SplittableRandom random, int maxWords) {
    this.random = random;
    this.maxWords = maxWords;
  }

  LinkMessage.Hello hello(int partyId) {
    return new LinkMessage.Hello(
        pick(Role.values()),
        partyId,
        random.nextLong(),
        random.nextInt(),
        bytes(LinkMessage.PLAN_DIGEST_BYTES),
        bytes(LinkMessage.SHARING_ID_BYTES),
        bytes(LinkMessage.NONCE_BYTES),
        random.nextInt(LinkMessage.MAX_BATCH + 1));
  }

  LinkMessage next() {
    return next(random.nextInt(TYPES));
  }

  LinkMessage next(int type) {
    long a = random.nextLong();
    long b = random.nextLong();
    long c = random.nextLong();
    long d = random.nextLong();
    int layer = random.nextInt();
    return switch (type) {
      case 0 -> new LinkMessage.EpochStart(a, bytes(16), bytes(16), bytes(16), bytes(16));
      case 1 ->
          new LinkMessage.SessionOpen(
              a,
              b,
              1 + random.nextInt(LinkMessage.MAX_BATCH),
              new RequestId(c, d),
              random.nextLong());
      case 2 ->
          new LinkMessage.RequestAbort(
              a, b, new RequestId(c, d), pick(AbortReason.values()), text(), a & 0xFFFFF);
      case 3 -> new LinkMessage.InputShare(new RequestId(a, b), c, words());
      case 4 -> new LinkMessage.OutputShare(new RequestId(a, b), words());
      case 5 ->
          new LinkMessage.MaskedTensor(
              a, random.nextInt(-1, 2), layer, random.nextInt(-1, 3), words());
      case 6 -> new LinkMessage.Correction(a, b, layer, words());
      case 7 -> new LinkMessage.Credit(a, layer, b);
      case 8 -> new LinkMessage.SessionCheck(a, b, bytes(32));
      case 9 -> new LinkMessage.WitnessDigest(a, b, layer, bytes(32));
      default -> new LinkMessage.Failure(pick(FailureCode.values()), text());
    };
  }

  /** Compares component by component: records compare arrays by identity. */
  static void assertSame(LinkMessage expected, LinkMessage actual) {
    assertEquals(expected.getClass(), actual.getClass());
    for (RecordComponent component : expected.getClass().getRecordComponents()) {
      Object one = value(component, expected);
      Object other = value(component, actual);
      if (one instanceof int[] words) {
        assertArrayEquals(words, (int[]) other, component.getName());
      } else if (one instanceof byte[] bytes) {
        assertArrayEquals(bytes, (byte[]) other, component.getName());
      } else {
        assertEquals(one, other, component.getName());
      }
    }
  }

  private static Object value(RecordComponent component, LinkMessage message) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(message);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private int[] words() {
    return random.ints(random.nextInt(maxWords + 1)).toArray();
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(100); i > 0; i--) {
      text.appendCodePoint(pick(new Integer[] {0x41, 0x20, 0xE9, 0x4E2D, 0x1F600}));
    }
    return text.toString();
  }

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
