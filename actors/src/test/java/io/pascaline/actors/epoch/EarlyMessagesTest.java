// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EarlyMessagesTest {
  private static final int CAPACITY = 3;
  private static final int WORDS = 8;
  private static final long OLD_EPOCH = 70;
  private static final long NEW_EPOCH = 5;

  private final EarlyMessages early = new EarlyMessages(CAPACITY, WORDS);
  private final List<LinkMessage> replayed = new ArrayList<>();

  private static LinkMessage message(int layer) {
    return new LinkMessage.Credit(1, layer, 1);
  }

  @Test
  void shouldReplayInOrderAndOnce() {
    assertTrue(early.keep(NEW_EPOCH, message(1)));
    assertTrue(early.keep(NEW_EPOCH, message(2)));
    assertFalse(early.replay(NEW_EPOCH, replayed::add));
    assertEquals(List.of(message(1), message(2)), replayed);
    assertFalse(early.replay(NEW_EPOCH, replayed::add));
    assertEquals(2, replayed.size());
  }

  @Test
  void shouldTellThatMessagesBeyondTheCapacityWereLost() {
    for (int i = 0; i < CAPACITY; i++) {
      assertTrue(early.keep(NEW_EPOCH, message(i)));
    }
    assertFalse(early.keep(NEW_EPOCH, message(CAPACITY)));
    assertTrue(early.replay(NEW_EPOCH, replayed::add));
  }

  /** Few messages may have many words. */
  @Test
  void shouldTellThatWordsBeyondTheCapacityWereLost() {
    assertTrue(early.keep(NEW_EPOCH, tensor(WORDS - 1)));
    assertTrue(early.keep(NEW_EPOCH, tensor(1)));
    assertFalse(early.keep(NEW_EPOCH, tensor(1)));
    assertFalse(early.keep(NEW_EPOCH, message(1)), "it came behind a gap");
    assertTrue(early.replay(NEW_EPOCH, replayed::add));
    assertEquals(2, replayed.size());
    assertTrue(early.keep(OLD_EPOCH, tensor(WORDS)), "there is room again");
    assertFalse(early.keep(OLD_EPOCH, tensor(1)));
  }

  private static LinkMessage tensor(int words) {
    return new LinkMessage.MaskedTensor(1, 0, 0, 0, new int[words]);
  }

  @Test
  void shouldForgetAnOlderEpochWithoutHarmToTheNewerOne() {
    assertTrue(early.keep(OLD_EPOCH, message(1)));
    assertTrue(early.keep(NEW_EPOCH, message(2)));
    assertFalse(early.replay(NEW_EPOCH, replayed::add));
    assertEquals(List.of(message(2)), replayed);
    assertTrue(early.replay(OLD_EPOCH, replayed::add), "its first message is gone");
  }

  /** A peer that has left an epoch may still speak of it after it has begun the next. */
  @Test
  void shouldTellThatALateMessageOfAnotherEpochDisplacedOthers() {
    assertTrue(early.keep(NEW_EPOCH, message(1)));
    assertTrue(early.keep(OLD_EPOCH, message(2)));
    assertTrue(early.replay(NEW_EPOCH, replayed::add));
    assertEquals(List.of(), replayed);
  }

  @Test
  void shouldTellSoEvenIfMoreMessagesOfTheEpochFollow() {
    assertTrue(early.keep(NEW_EPOCH, message(1)));
    assertTrue(early.keep(OLD_EPOCH, message(2)));
    assertTrue(early.keep(NEW_EPOCH, message(3)));
    assertTrue(early.replay(NEW_EPOCH, replayed::add));
  }

  @Test
  void shouldStayWithinItsBoundsWhateverEpochsAreNamed() {
    for (int epoch = 0; epoch < 10_000; epoch++) {
      assertTrue(early.keep(epoch, message(epoch)));
    }
    assertFalse(early.replay(9_999, replayed::add));
    assertEquals(1, replayed.size());
  }
}
