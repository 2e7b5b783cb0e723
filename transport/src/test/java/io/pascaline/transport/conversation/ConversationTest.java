// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationTest {
  private static final long ID = 77;
  private static final long NODE = 5;
  private static final LinkMessage CREDIT = new LinkMessage.Credit(1, 2, 3);
  private static final Remote PARTY = RecordingConversations.remote(Role.PARTY, 9, NODE);

  private final RecordingConversations log = new RecordingConversations();
  private final RecordingConversations.Connection first = log.new Connection("first");
  private final RecordingConversations.Connection second = log.new Connection("second");
  private final Conversation conversation = log.conversation(ID, true, PARTY);

  private void open() {
    conversation.open(first, RecordingConversations.decoder());
    assertEquals(List.of("opened"), log.taken());
  }

  private void sendOne() {
    assertTrue(conversation.send(CREDIT));
    conversation.outbox().next();
    conversation.outbox().onSent();
    assertEquals(List.of("request"), log.taken());
  }

  private static Resumption received(long messages) {
    return new Resumption(ID, messages, 0, 0);
  }

  @Test
  void shouldResendWhatWasNotAcknowledgedOverTheNextCarrier() throws MalformedFrame {
    open();
    for (int i = 0; i < 3; i++) {
      sendOne();
    }
    conversation.onAcknowledge(1);

    conversation.suspend("lost", 0);
    assertTrue(conversation.isSuspended());
    assertTrue(conversation.isOpen());
    conversation.resume(second, RecordingConversations.decoder(), received(2));

    assertEquals(List.of("suspended", "resumed, resends 1"), log.taken());
    assertSame(second, conversation.carrier());
    assertSame(CREDIT, conversation.outbox().next());
  }

  @Test
  void shouldTellTheNextCarrierWhatItReceived() {
    open();
    conversation.onMessage(CREDIT, 0);
    conversation.onMessage(CREDIT, 0);
    conversation.suspend("lost", 0);

    assertEquals(received(2), conversation.resumption());
  }

  @Test
  void shouldEndWhenTheRemoteDoesNotComeBackInTime() {
    open();
    conversation.suspend("lost", 100);
    assertEquals(0, conversation.doWork(100 + RecordingConversations.RESUME_TIMEOUT_NS));
    assertFalse(conversation.hasEnded());

    conversation.doWork(101 + RecordingConversations.RESUME_TIMEOUT_NS);

    assertEquals(
        List.of("suspended", "closed: lost, and did not come back within 0 ms"), log.taken());
    assertFalse(conversation.send(CREDIT));
    assertEquals(0, conversation.queuedBytes());
  }

  @Test
  void shouldEndWhileItWaitsIfItIsClosed() {
    open();
    conversation.suspend("lost", 0);
    conversation.close();

    conversation.doWork(0);

    assertEquals(List.of("suspended", "request", "closed: closed by this node"), log.taken());
  }

  @Test
  void shouldEndOnceWhateverComesLater() {
    open();
    conversation.end("over");
    conversation.end("again");
    conversation.abort("again");

    assertEquals(List.of("closed: over"), log.taken());
    assertTrue(conversation.hasEnded());
    assertFalse(conversation.isSuspended());
  }

  @Test
  void shouldAbortThroughItsCarrier() {
    open();

    conversation.abort("enough");

    assertEquals(List.of("first aborted: enough"), log.taken());
  }

  @Test
  void shouldRefuseAcknowledgementsOfWhatWasNotSent() {
    open();
    sendOne();

    for (long count : new long[] {-1, 2, Long.MAX_VALUE}) {
      MalformedFrame fault =
          assertThrows(MalformedFrame.class, () -> conversation.onAcknowledge(count));
      assertEquals(FrameFault.BAD_ACKNOWLEDGEMENT, fault.fault());
    }
  }

  @Test
  void shouldAcknowledgeAfterManyMessagesOrBytesOrSomeTime() {
    open();
    assertFalse(conversation.isAcknowledgeDue(Long.MAX_VALUE));
    conversation.onMessage(CREDIT, 0);
    assertFalse(conversation.isAcknowledgeDue(9_999_999));
    assertTrue(conversation.isAcknowledgeDue(10_000_000));
    assertEquals(1, conversation.acknowledge());
    assertFalse(conversation.isAcknowledgeDue(Long.MAX_VALUE));
    for (int i = 0; i < 31; i++) {
      conversation.onMessage(CREDIT, 0);
    }
    assertFalse(conversation.isAcknowledgeDue(0));
    conversation.onMessage(CREDIT, 0);
    assertTrue(conversation.isAcknowledgeDue(0));
    assertEquals(33, conversation.acknowledge());
    conversation.onMessage(new LinkMessage.Correction(1, 2, 3, new int[16 << 10]), 0);
    assertTrue(conversation.isAcknowledgeDue(0));
  }

  @Test
  void shouldEndIfTheAnswerBeginsAnew() throws MalformedFrame {
    open();
    conversation.suspend("lost", 0);

    assertFalse(conversation.onAnswer(PARTY.hello(), Resumption.NONE));

    assertEquals(List.of("suspended", "closed: party 1 had closed the link"), log.taken());
  }

  @Test
  void shouldNameARestartOfTheRemote() throws MalformedFrame {
    open();
    conversation.suspend("lost", 0);

    LinkMessage.Hello other = RecordingConversations.hello(Role.PARTY, NODE + 1);
    assertFalse(conversation.onAnswer(other, Resumption.NONE));

    assertEquals(List.of("suspended", "closed: party 1 was restarted"), log.taken());
  }

  @Test
  void shouldRefuseAnAnswerThatResumesAnotherConversation() {
    open();
    conversation.suspend("lost", 0);

    assertThrows(
        MalformedFrame.class,
        () -> conversation.onAnswer(PARTY.hello(), new Resumption(ID + 1, 0, 0, 0)));
    assertFalse(conversation.hasEnded());
  }

  @Test
  void shouldEndIfTheRemoteSaysThatItReceivedWhatWasNeverSent() {
    open();
    conversation.suspend("lost", 0);
    log.taken();

    assertThrows(MalformedFrame.class, () -> conversation.onAnswer(PARTY.hello(), received(1)));

    assertTrue(conversation.hasEnded());
  }

  @Test
  void shouldSendOneMessageWhenItIsRefused() {
    LinkMessage.Failure refusal =
        new LinkMessage.Failure(FailureCode.VERSION_MISMATCH, "another version");

    conversation.refuse(first, refusal);

    assertFalse(conversation.hasOpened());
    assertSame(refusal, conversation.outbox().next());
    conversation.end("another version");
    assertEquals(List.of("closed: another version"), log.taken());
  }

  @Test
  void shouldTakeNoMessageThatNoRemoteWouldTake() {
    open();
    LinkMessage large =
        new LinkMessage.Correction(1, 2, 3, new int[RecordingConversations.MAX_WORDS + 1]);

    assertThrows(IllegalArgumentException.class, () -> conversation.send(large));
    assertThrows(IllegalArgumentException.class, () -> conversation.send(PARTY.hello()));
    assertEquals(0, conversation.queuedBytes());
  }
}
