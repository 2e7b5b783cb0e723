// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.joran.spi.JoranException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogFormatTest {
  private final PrintStream usual = System.err;
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();

  @AfterEach
  void logAsBefore() throws JoranException {
    System.setErr(usual);
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    new ContextInitializer(context).autoConfig();
  }

  @Test
  void shouldLogOneJsonObjectWithNamesAndValues() throws Exception {
    JsonNode event = new ObjectMapper().readTree(logged(LogFormat.JSON));

    assertEquals("session ended", event.get("formattedMessage").asText());
    assertEquals("INFO", event.get("level").asText());
    assertEquals("12", event.at("/kvpList/0/session").asText());
    assertEquals("answered", event.at("/kvpList/1/outcome").asText());
  }

  @Test
  void shouldLogOneLineOfText() {
    String line = logged(LogFormat.TEXT);

    assertTrue(line.contains("INFO  test: session ended session=12 outcome=answered"), line);
  }

  private String logged(LogFormat format) {
    System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
    format.apply();
    LoggerFactory.getLogger("io.pascaline.test")
        .atInfo()
        .addKeyValue("session", 12)
        .addKeyValue("outcome", "answered")
        .log("session ended");
    String text = logged.toString(StandardCharsets.UTF_8);
    assertEquals(1, text.lines().count(), text);
    return text;
  }
}
