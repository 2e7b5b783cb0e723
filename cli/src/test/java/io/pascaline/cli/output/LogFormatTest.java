// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.joran.spi.JoranException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

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

    assertEquals("session ended", event.get("message").asText());
    assertEquals("INFO", event.get("level").asText());
    assertTrue(event.get("session").isInt(), event.toString());
    assertEquals(12, event.get("session").asInt());
    assertEquals("answered", event.get("outcome").asText());
    Instant.parse(event.get("timestamp").asText());
    assertFalse(event.has("error") || event.has("throwable"), event.toString());
    for (JsonNode value : event) {
      assertTrue(value.isValueNode(), event.toString());
    }
  }

  @Test
  void shouldNotLetAFieldReplaceWhatEveryLineHas() throws Exception {
    String line =
        LogFormat.JSON.line(Level.WARN, "text", Map.of("level", "mine", "count", 3L, "on", true));

    JsonNode event = new ObjectMapper().readTree(line);

    assertEquals("WARN", event.get("level").asText());
    assertEquals("mine", event.get("level_").asText());
    assertTrue(event.get("count").isNumber() && event.get("on").isBoolean(), line);
  }

  @Test
  void shouldWriteErrorsAndWarningsInTheFormatOfTheLog() throws Exception {
    StringWriter err = new StringWriter();
    FaultReporter reporter = new FaultReporter(List.of());

    new Notes(new PrintWriter(err), true).warn("careful");
    logged(LogFormat.JSON);
    new Notes(new PrintWriter(err), true).warn("careful");
    reporter.report(new CommandFault("cause", "remedy"), new PrintWriter(err), false);

    List<String> lines = err.toString().lines().toList();
    assertEquals("pascaline: warning: careful", lines.get(0));
    assertEquals("WARN", new ObjectMapper().readTree(lines.get(1)).get("level").asText());
    assertEquals(
        "cause: remedy", new ObjectMapper().readTree(lines.get(2)).get("message").asText());
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
