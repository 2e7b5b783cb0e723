// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.pascaline.actors.dealer.PairDealer;
import io.pascaline.actors.link.InboundFilter;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.party.RecordingLink;
import io.pascaline.actors.role.Hellos;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** That a client which deviates is told why its link closes, and the operator, too. */
class ServerLinksTest {
  private static final long EPOCH = 7;
  private static final int MAX_UNREAD = 4;
  private static final byte[] DIGEST = new byte[LinkMessage.PLAN_DIGEST_BYTES];
  private static final LinkMessage.Hello CLIENT =
      Hellos.party(1, DIGEST, new byte[LinkMessage.SHARING_ID_BYTES], 1);
  private static final LinkMessage HOSTILE =
      new LinkMessage.OutputShare(new RequestId(1, 1), new int[16]);

  private final Logger log = (Logger) LoggerFactory.getLogger("io.pascaline.actors");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final RecordingLink dealer = new RecordingLink(Hellos.dealer(DIGEST));
  private final RecordingLink client = new RecordingLink(CLIENT, "alice");
  private final ServerLinks links = new ServerLinks(MAX_UNREAD, 1, 1_000);

  @BeforeEach
  void listen() {
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.INFO);
  }

  @AfterEach
  void hearNoMore() {
    log.detachAppender(lines);
  }

  private void openInEpoch() {
    links.command(new LinkEvent.Opened(dealer));
    links.command(new LinkEvent.Opened(client));
    LinkMessage.EpochStart start =
        new LinkMessage.EpochStart(EPOCH, new byte[16], new byte[16], CLIENT.nonce(), new byte[16]);
    assertTrue(links.handOver(dealer, start));
    links.command(new LinkEvent.Received(dealer, start));
  }

  private void assertSaidOnce() {
    assertEquals(
        1,
        lines.list.stream()
            .filter(line -> line.getMessage().equals("refused"))
            .flatMap(line -> line.getKeyValuePairs().stream())
            .filter(field -> "alice".equals(field.value))
            .count());
  }

  private void assertEpochEnded() {
    LinkMessage.RequestAbort abort =
        assertInstanceOf(
            LinkMessage.RequestAbort.class, client.sent().get(client.sent().size() - 1));
    assertEquals(AbortReason.PROTOCOL_VIOLATION, abort.reason());
    assertEquals(EPOCH, abort.epoch());
    assertEquals(LinkMessage.NO_SESSION, abort.number());
    assertFalse(client.isOpen());
    assertSaidOnce();
  }

  @Test
  void shouldEndTheEpochOfAClientOutOfTurnWithAReason() {
    openInEpoch();
    assertFalse(links.handOver(client, HOSTILE));
    assertEpochEnded();
    assertFalse(links.handOver(client, HOSTILE));
    assertSaidOnce();
  }

  @Test
  void shouldEndTheEpochOfAClientThatSendsFasterThanItIsReadWithAReason() {
    openInEpoch();
    LinkMessage lost = new LinkMessage.Failure(FailureCode.NOT_READY, "test");
    while (client.isOpen()) {
      links.handOver(client, lost);
    }
    assertEpochEnded();
  }

  @Test
  void shouldCloseTheLinkOfAClientWithoutAnEpoch() {
    links.command(new LinkEvent.Opened(client));
    assertFalse(links.handOver(client, HOSTILE));
    assertFalse(client.isOpen());
    assertSaidOnce();
  }

  @Test
  void shouldTellAClientWhyItsDealerClosesTheLink() {
    InboundFilter filter = PairDealer.filter();
    assertFalse(filter.handOver(client, HOSTILE));
    LinkMessage.Failure failure = assertInstanceOf(LinkMessage.Failure.class, client.sent().get(0));
    assertEquals(FailureCode.MALFORMED, failure.code());
    assertFalse(client.isOpen());
    assertSaidOnce();
  }
}
