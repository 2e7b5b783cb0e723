// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationsTest {
  private static final long NODE = 5;

  /** Of which two are kept for parties and the dealer, and a quarter is an identity's. */
  private static final int MAX_LINKS = 32;

  private final RecordingConversations log = new RecordingConversations();
  private final Conversations all =
      new Conversations(new LinkSlots(MAX_LINKS, LinkSecurity.Plain.INSECURE));

  private Conversation open(long id, Remote remote) {
    Conversation made = log.conversation(id, false, remote);
    all.add(made);
    made.open(log.new Connection("carrier " + id), RecordingConversations.decoder());
    log.taken();
    return made;
  }

  private static Remote party(int stream, long nodeId) {
    return RecordingConversations.remote(Role.PARTY, stream, nodeId);
  }

  @Test
  void shouldResumeForTheSameIncarnationAtTheSameAddressThatKnowsTheName() throws MalformedFrame {
    Conversation lost = open(1, party(9, NODE));
    all.suspend(lost, "lost", 0);
    Resumption right = new Resumption(1, 0, 0, 0);

    assertNull(all.takeOver(party(8, NODE), right, 0), "another address");
    assertFalse(lost.hasEnded());
    assertSame(lost, all.takeOver(party(9, NODE), right, 0));
    assertNull(all.takeOver(party(9, NODE), new Resumption(2, 0, 0, 0), 0), "another name");
    assertTrue(lost.hasEnded(), "replaced by the new one");
  }

  @Test
  void shouldReplaceTheConversationOfAnEarlierIncarnation() throws MalformedFrame {
    open(1, party(9, NODE));

    assertNull(all.takeOver(party(9, NODE + 1), new Resumption(1, 0, 0, 0), 0));

    assertEquals(List.of("carrier 1 aborted: party 1 was restarted"), log.taken());
  }

  @Test
  void shouldTakeAConversationOffTheCarrierThatThisSideStillHas() throws MalformedFrame {
    Conversation open = open(1, party(9, NODE));

    assertSame(open, all.takeOver(party(9, NODE), new Resumption(1, 0, 0, 0), 0));

    assertEquals(List.of("suspended", "carrier 1 discarded"), log.taken());
    assertTrue(open.isSuspended());
  }

  @Test
  void shouldEndAConversationWhoseRemoteReceivedWhatWasNeverSent() {
    Conversation lost = open(1, party(9, NODE));
    all.suspend(lost, "lost", 0);

    assertThrows(
        MalformedFrame.class, () -> all.takeOver(party(9, NODE), new Resumption(1, 1, 0, 0), 0));

    assertTrue(lost.hasEnded());
  }

  @Test
  void shouldTimeOutTheOldestOfAnIdentityWithTooManyLost() {
    Conversation dealer = open(99, RecordingConversations.remote(Role.DEALER, 99, NODE));
    all.suspend(dealer, "lost", 0);
    List<Conversation> parties = new ArrayList<>();
    for (int i = 0; i <= MAX_LINKS / 4; i++) {
      parties.add(open(i + 1, party(i + 1, NODE)));
      all.suspend(parties.get(i), "lost", 0);
    }

    assertTrue(parties.get(0).hasEnded());
    assertTrue(log.taken().get(1).endsWith("too many links of party 1 were lost"));
    assertEquals(MAX_LINKS / 4 + 1, all.awaited().size());
    assertFalse(dealer.hasEnded());
  }

  @Test
  void shouldForgetThoseThatEnded() {
    Conversation lost = open(1, party(9, NODE));
    all.suspend(lost, "lost", 0);
    assertEquals(List.of(lost.remote().slot()), all.awaited());

    assertEquals(1, all.doWork(RecordingConversations.RESUME_TIMEOUT_NS + 1));

    assertEquals(List.of(), all.awaited());
    assertEquals(0, all.doWork(Long.MAX_VALUE / 2));
  }
}
