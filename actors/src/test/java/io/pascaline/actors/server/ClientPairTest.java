// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import org.junit.jupiter.api.Test;

/** Which openings in advance a server takes from a client. */
class ClientPairTest {
  private static final long FIRST = 71;
  private static final long SECOND = 72;
  private static final long THIRD = 73;
  private static final long INVENTED = 99;
  private static final long FAR = 2 * PartyEpoch.SESSIONS_AHEAD;

  private final ClientPair pair = new ClientPair(null);

  private static LinkMessage.MaskedTensor inAdvance(long epoch, long number) {
    return new LinkMessage.MaskedTensor(epoch, number, 1, LinkMessage.IN_ADVANCE, new int[1]);
  }

  private boolean open(long epoch, long number) {
    return pair.noteOpened(
        new LinkMessage.SessionOpen(epoch, number, new RequestId(1, number), 1_000));
  }

  @Test
  void shouldTakeOpeningsOfTheAnnouncedEpochAsFarAsSessionsCanBe() {
    assertFalse(pair.isInReach(inAdvance(LinkMessage.NO_EPOCH, 0)));
    assertFalse(pair.isInReach(inAdvance(FIRST, 0)));
    pair.announced(FIRST);
    assertTrue(pair.isInReach(inAdvance(FIRST, PartyEpoch.SESSIONS_AHEAD - 1)));
    assertFalse(pair.isInReach(inAdvance(FIRST, PartyEpoch.SESSIONS_AHEAD)));
    assertFalse(pair.isInReach(inAdvance(FIRST, -1)));
    assertFalse(pair.isInReach(inAdvance(INVENTED, 0)));
    assertTrue(open(FIRST, 0));
    assertTrue(pair.isInReach(inAdvance(FIRST, PartyEpoch.SESSIONS_AHEAD)));
  }

  /** Openings in advance are overtaken by the sessions of the next epoch. */
  @Test
  void shouldBearLateOpeningsOfAnEpochThatTheClientHasLeft() {
    pair.announced(FIRST);
    for (long number = 0; number <= FAR; number++) {
      assertTrue(open(FIRST, number));
    }
    assertFalse(pair.isOver(inAdvance(FIRST, FAR)));

    assertTrue(open(SECOND, 0)); // The client has heard of it first.
    assertTrue(pair.isOver(inAdvance(FIRST, FAR)));
    pair.announced(SECOND);
    pair.announced(THIRD);

    assertTrue(pair.isOver(inAdvance(FIRST, FAR)));
    assertTrue(pair.isOver(inAdvance(SECOND, 0)));
    assertFalse(pair.isOver(inAdvance(THIRD, 0)));
    assertTrue(pair.isInReach(inAdvance(THIRD, 0)));
    assertFalse(pair.isOver(inAdvance(INVENTED, 0)));
    assertFalse(pair.isInReach(inAdvance(INVENTED, 0)));
  }

  /** A client that names many epochs makes the server remember few. */
  @Test
  void shouldForgetTheOldestEpochs() {
    for (long epoch = 1; epoch <= 1_000; epoch++) {
      open(epoch, 0);
    }
    assertFalse(pair.isOver(inAdvance(1, 0)));
    assertTrue(pair.isOver(inAdvance(999, 0)));
  }
}
