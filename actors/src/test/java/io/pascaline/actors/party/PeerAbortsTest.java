// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.pascaline.transport.link.AbortReason;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class PeerAbortsTest {
  private final Logger log = (Logger) LoggerFactory.getLogger(PeerAbortsTest.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    log.addAppender(lines);
    log.setLevel(Level.WARN);
    log.setAdditive(false);
  }

  @AfterEach
  void stopListening() {
    log.detachAppender(lines);
    log.setLevel(null);
    log.setAdditive(true);
  }

  @Test
  void shouldNoteOnlyFaultsOfTheDealer() {
    for (AbortReason reason : AbortReason.values()) {
      PeerAborts.noteAccusation(log, PeerProxy.endOfEpoch(7, reason, "said of " + reason));
    }

    assertEquals(
        List.of(
            "the other party has ended the epoch for a fault of the dealer:"
                + " said of DEALER_FAULT"),
        lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
  }
}
