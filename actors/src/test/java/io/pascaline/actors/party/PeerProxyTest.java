// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.pascaline.protocols.SessionId;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class PeerProxyTest {
  private static final SessionId SESSION = new SessionId(3, 4);
  private static final RequestId ID = new RequestId(1, 2);

  private final Logger log = (Logger) LoggerFactory.getLogger(PeerProxyTest.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final RecordingLink link = new RecordingLink();
  private long nowNs;
  private final PeerProxy peer = new PeerProxy(1, () -> nowNs, log);

  @BeforeEach
  void listen() {
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.INFO);
    log.setAdditive(false);
  }

  @AfterEach
  void stopListening() {
    log.detachAppender(lines);
    log.setLevel(null);
    log.setAdditive(true);
  }

  private List<String> noted() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void shouldNoteOnceThatThePeerIsGoneAndOnceThatItIsBack() {
    peer.found(link);
    assertEquals(List.of(), noted());
    peer.lost("test");
    assertEquals(List.of("party 1 is gone (test): requests wait until it is back"), noted());
    nowNs = TimeUnit.MILLISECONDS.toNanos(1_500);
    peer.found(link);
    peer.found(link);
    assertEquals(2, noted().size());
    assertEquals("party 1 is back after 1500 ms", noted().get(1));
  }

  @Test
  void shouldNotWarnOfALossThatIsExpected() {
    peer.found(link);
    peer.expectLoss();
    peer.lost("test");
    assertFalse(peer.open(SESSION, 1, ID, 5));
    assertEquals(List.of(), noted());
  }

  /** What names a session's number names its epoch: a number means nothing without. */
  @Test
  void shouldNameEpochAndNumberTogetherOrNeither() {
    peer.found(link);
    assertTrue(peer.open(SESSION, 1, ID, 5));
    peer.ended(SESSION, ID, AbortReason.DEADLINE, "test");
    peer.ended(null, ID, AbortReason.DEADLINE, "test");
    peer.ask(ID);
    assertEquals(
        List.of(
            new LinkMessage.SessionOpen(3, 4, ID, 5),
            new LinkMessage.RequestAbort(3, 4, ID, AbortReason.DEADLINE, "test", 0),
            LinkMessage.RequestAbort.ofRequest(ID, AbortReason.DEADLINE, "test", 0),
            new LinkMessage.SessionOpen(LinkMessage.NO_EPOCH, LinkMessage.NO_SESSION, ID, 0)),
        link.sent());
  }

  @Test
  void shouldOpenNothingWithoutALink() {
    assertFalse(peer.open(SESSION, 1, ID, 5));
    peer.found(link);
    peer.lost("test");
    assertFalse(peer.open(SESSION, 1, ID, 5));
    assertEquals(List.of(), link.sent());
  }
}
