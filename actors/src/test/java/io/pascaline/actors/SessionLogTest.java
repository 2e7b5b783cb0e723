// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.layers.compile.FusedNetwork;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

@Timeout(120)
class SessionLogTest {
  private static final int COUNT = 4;

  private final Logger logger = (Logger) LoggerFactory.getLogger("io.pascaline.actors.party");
  private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          events.add(event);
        }
      };

  @BeforeEach
  void listen() {
    appender.start();
    logger.addAppender(appender);
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(appender);
    logger.setLevel(null);
    logger.setAdditive(true);
  }

  @Test
  void shouldNoteEachSessionOnceWithNamesAndTimesAlone() throws Exception {
    FusedNetwork network = Fixtures.residual(51);

    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      Fixtures.assertPipelined(network, service, COUNT, 51);
    }

    List<ILoggingEvent> ended =
        events.stream().filter(event -> event.getMessage().equals("session ended")).toList();
    assertEquals(2 * COUNT, ended.size(), "one line for each session at each party");
    Set<Object> sessions = new HashSet<>();
    for (ILoggingEvent event : ended) {
      assertEquals(Level.INFO, event.getLevel());
      List<KeyValuePair> pairs = event.getKeyValuePairs();
      assertEquals(
          List.of("session", "number", "outcome", "durationMs"),
          pairs.stream().map(pair -> pair.key).toList());
      assertEquals("answered", pairs.get(2).value);
      assertTrue((long) pairs.get(3).value >= 0);
      sessions.add(String.valueOf(pairs.get(0).value));
    }
    assertEquals(COUNT, sessions.size(), "both parties name a session alike");
  }

  @Test
  void shouldWarnOfNothingAtAnOrdinaryClose() throws Exception {
    FusedNetwork network = Fixtures.residual(52);

    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      Fixtures.assertPipelined(network, service, 1, 52);
    }

    List<String> warnings =
        events.stream()
            .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
            .map(ILoggingEvent::getFormattedMessage)
            .toList();
    assertEquals(List.of(), warnings);
  }
}
