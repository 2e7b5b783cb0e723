// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.codec.WordArrays;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboxTest {
  private static final int MESSAGE_BYTES = 128;

  private final WordArrays arrays = new WordArrays(1 << 20);
  private final Outbox outbox = new Outbox(1_000, arrays);

  private static LinkMessage.Correction tensor(int number, int words) {
    return new LinkMessage.Correction(1, number, 2, new int[words]);
  }

  private static LinkMessage credit(int layer) {
    return new LinkMessage.Credit(1, layer, 3);
  }

  private void send(int count) {
    for (int i = 0; i < count; i++) {
      assertTrue(outbox.offer(credit(i)));
      outbox.next();
      outbox.onSent();
    }
  }

  @Test
  void shouldTakeMessagesUpToItsBoundAndAnyIntoAnEmptyBox() {
    assertTrue(outbox.offer(tensor(0, 10_000)));
    assertFalse(outbox.offer(credit(0)));
    assertEquals(MESSAGE_BYTES + 40_000, outbox.bytes());
    outbox.next();
    outbox.onSent();
    assertFalse(outbox.offer(credit(0)), "sent is not acknowledged");
    outbox.onAcknowledged(1);
    assertEquals(0, outbox.bytes());
    for (int i = 0; i < 1_000 / MESSAGE_BYTES; i++) {
      assertTrue(outbox.offer(credit(i)));
    }
    assertFalse(outbox.offer(credit(9)));
  }

  @Test
  void shouldGiveTheArrayOfACorrectionBackOnceItIsAcknowledged() {
    LinkMessage.Correction correction = tensor(0, 10_000);
    outbox.offer(correction);
    outbox.next();
    outbox.onSent();
    assertNull(arrays.takeOrNull(10_000));
    outbox.onAcknowledged(1);
    assertSame(correction.words(), arrays.takeOrNull(10_000));
    assertNull(arrays.takeOrNull(10_000));
  }

  @Test
  void shouldGiveTheArrayOfAnOpeningBackButNotThatOfTheWeights() {
    int[] words = new int[10_000];
    outbox.offer(new LinkMessage.MaskedTensor(1, LinkMessage.NO_SESSION, 0, 0, words));
    outbox.next();
    outbox.onSent();
    outbox.onAcknowledged(1);
    assertNull(arrays.takeOrNull(10_000), "the sender packs the weights by it");

    outbox.offer(new LinkMessage.MaskedTensor(1, 0, 0, 0, words));
    outbox.next();
    outbox.onSent();
    outbox.onAcknowledged(2);
    assertSame(words, arrays.takeOrNull(10_000));
  }

  /** What nobody waits for is overtaken, counts for the bound and is sent again like all else. */
  @Test
  void shouldSendWhatNobodyWaitsForLast() {
    LinkMessage last = credit(7);
    LinkMessage first = credit(1);
    assertTrue(outbox.offerBehind(last));
    assertTrue(outbox.offer(first));
    assertEquals(2 * MESSAGE_BYTES, outbox.bytes());
    assertFalse(outbox.offerBehind(tensor(0, 10_000)));

    assertSame(first, outbox.next());
    outbox.onSent();
    assertFalse(outbox.isEmpty());
    assertSame(last, outbox.next());
    outbox.onSent();
    assertTrue(outbox.isEmpty());
    assertNull(outbox.next());
    outbox.rewind(new Resumption(0, 1, 0, 0));
    assertSame(last, outbox.next(), "it has its number now");
    outbox.onSent();
    outbox.onAcknowledged(2);
    assertEquals(0, outbox.bytes());
    outbox.close();
    assertFalse(outbox.offerBehind(first));
    assertTrue(outbox.isEmpty());
  }

  /** What nobody waits for does not delay the end of a link; all else is still sent. */
  @Test
  void shouldDropWhatNobodyWaitsForBeforeItCloses() {
    LinkMessage awaited = credit(1);
    assertTrue(outbox.offerBehind(credit(7)));
    assertTrue(outbox.offer(awaited));

    outbox.dropBehind();

    assertFalse(outbox.offerBehind(credit(8)));
    assertFalse(outbox.isEmpty());
    assertSame(awaited, outbox.next());
    outbox.onSent();
    assertTrue(outbox.isEmpty());
    assertNull(outbox.next());
  }

  @Test
  void shouldKeepTheArrayOfACorrectionThatIsSentAgain() {
    outbox.offer(tensor(0, 10_000));
    outbox.next();
    outbox.onSent();
    outbox.rewind(new Resumption(7, 0, 0, 0));
    assertNull(arrays.takeOrNull(10_000));
    outbox.next();
    outbox.onSent();
    outbox.onAcknowledged(1);
    assertEquals(10_000, arrays.takeOrNull(10_000).length);
  }

  @Test
  void shouldCountTextsAgainstItsBound() {
    assertTrue(outbox.offer(new LinkMessage.Failure(FailureCode.INTERNAL, "x".repeat(100))));

    assertEquals(MESSAGE_BYTES + 200, outbox.bytes());
  }

  @Test
  void shouldSendInTheOrderOfOffersAndKnowWhenItIsEmpty() {
    assertTrue(outbox.isEmpty());
    LinkMessage first = credit(1);
    LinkMessage second = credit(2);
    outbox.offer(first);
    outbox.offer(second);

    assertSame(first, outbox.next());
    assertFalse(outbox.isEmpty());
    outbox.onSent();
    assertSame(second, outbox.next());
    assertFalse(outbox.isEmpty(), "one is in flight");
    outbox.onSent();
    assertTrue(outbox.isEmpty());
    assertNull(outbox.next());
  }

  @Test
  void shouldTakeAcknowledgementsOfWhatWasSentAndNeverLess() {
    send(5);
    outbox.onAcknowledged(2);

    assertFalse(outbox.canBeReceived(1));
    assertTrue(outbox.canBeReceived(2));
    assertTrue(outbox.canBeReceived(5));
    assertFalse(outbox.canBeReceived(6));
    assertFalse(outbox.canBeReceived(-1));
  }

  @Test
  void shouldResumeWithinATensorInFlightOnly() {
    send(1);
    outbox.offer(tensor(1, 10));

    assertFalse(outbox.canResume(new Resumption(7, 1, 4, 1)), "not begun");
    outbox.next();
    assertTrue(outbox.canResume(new Resumption(7, 1, 4, 1)));
    assertTrue(outbox.canResume(new Resumption(7, 0, 0, 0)));
    assertFalse(outbox.canResume(new Resumption(7, 1, 10, 1)), "that would be all of it");
    assertFalse(outbox.canResume(new Resumption(7, 0, 4, 1)), "a credit has no words");
    assertFalse(outbox.canResume(new Resumption(7, 2, 0, 0)));
  }

  @Test
  void shouldSendTheRestOfATensorAfterItRewound() {
    LinkMessage tensor = tensor(0, 10);
    outbox.offer(tensor);
    outbox.next();

    assertEquals(0, outbox.rewind(new Resumption(7, 0, 4, 2)));

    assertSame(tensor, outbox.next());
    assertEquals(4, outbox.fromWords());
    assertEquals(2, outbox.fromChunk());
    outbox.onSent();
    assertEquals(0, outbox.fromWords());
    assertEquals(0, outbox.fromChunk());
  }

  @Test
  void shouldHoldNothingWhenClosed() {
    send(2);
    outbox.offer(credit(2));
    outbox.close();

    assertFalse(outbox.offer(credit(3)));
    assertEquals(0, outbox.bytes());
    assertTrue(outbox.isEmpty());
    assertNull(outbox.next());
  }

  /** Whatever is lost, and however often, the remote has each message once and in order. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldDeliverEachMessageOnceAndInOrder(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Outbox box = new Outbox(Long.MAX_VALUE / 4, arrays);
    List<LinkMessage> offered = new ArrayList<>();
    List<LinkMessage> received = new ArrayList<>();
    int words = 0;
    for (int step = 0; step < 5_000; step++) {
      switch (random.nextInt(4)) {
        case 0 -> {
          LinkMessage message = random.nextBoolean() ? credit(step) : tensor(step, 8);
          assertTrue(box.offer(message));
          offered.add(message);
        }
        case 1 -> {
          LinkMessage message = box.next();
          if (message == null) {
            break;
          }
          assertEquals(words, box.fromWords(), "seed " + seed + ", step " + step);
          boolean whole = !(message instanceof LinkMessage.Tensor) || random.nextBoolean();
          if (whole) {
            box.onSent();
            // What was sent and lost with the carrier never arrives.
            if (random.nextInt(4) != 0) {
              received.add(message);
              words = 0;
              break;
            }
          } else {
            words = random.nextInt(words, 8);
          }
          rewind(box, received.size(), words);
        }
        case 2 -> rewind(box, received.size(), words);
        default -> {
          if (words == 0 && box.canBeReceived(received.size())) {
            box.onAcknowledged(received.size());
          }
        }
      }
    }
    while (!box.isEmpty()) {
      received.add(box.next());
      box.onSent();
    }
    assertEquals(offered, received, "seed " + seed);
  }

  private static void rewind(Outbox box, int messages, int words) {
    Resumption to = new Resumption(7, messages, words, words == 0 ? 0 : 1);
    assertTrue(box.canResume(to), to::toString);
    box.rewind(to);
  }
}
