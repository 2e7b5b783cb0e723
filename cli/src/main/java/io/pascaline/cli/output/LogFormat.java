// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/**
 * How a serving role writes its lines: events to the standard error, and what the command itself
 * says. {@code logback.xml} names the encoder of {@link #TEXT}, so that each format is defined here
 * alone.
 */
public enum LogFormat {
  /** For people: time, level, logger, message, and the event's names and values. */
  TEXT,
  /** For machines: one flat JSON object a line. */
  JSON;

  private static final String APPENDER = "STDERR";
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** Logs in this format from now on, and at level INFO. */
  public void apply() {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return; // Somebody has put another binding in; it is theirs to set up.
    }
    if (appender(context) instanceof ConsoleAppender<ILoggingEvent> appender) {
      Encoder<ILoggingEvent> encoder = this == JSON ? new JsonLines() : new TextLines();
      encoder.setContext(context);
      encoder.start();
      appender.stop();
      appender.setEncoder(encoder);
      appender.start();
    }
    context.getLogger("io.pascaline").setLevel(Level.INFO);
  }

  /** Returns the format that this process logs in. */
  public static LogFormat current() {
    return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
            && appender(context) instanceof ConsoleAppender<ILoggingEvent> appender
            && appender.getEncoder() instanceof JsonLines
        ? JSON
        : TEXT;
  }

  private static Appender<ILoggingEvent> appender(LoggerContext context) {
    return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(APPENDER);
  }

  /**
   * Returns what the command says, in this format.
   *
   * @param level of the line, for machines
   * @param text the line for people
   * @param fields further names and values for machines
   * @return one line without its end
   */
  public String line(org.slf4j.event.Level level, String text, Map<String, ?> fields) {
    if (this == TEXT) {
      return text;
    }
    ObjectNode line = line(Instant.now(), level.toString(), "pascaline", text);
    fields.forEach((name, value) -> put(line, name, value));
    return line.toString();
  }

  private static ObjectNode line(Instant time, String level, String logger, String message) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("timestamp", TIMESTAMP.format(time));
    line.put("level", level);
    line.put("logger", logger);
    line.put("message", message);
    return line;
  }

  /** Keeps a value's type; a name that the line has already gets an underscore. */
  private static void put(ObjectNode line, String name, Object value) {
    String free = name;
    while (line.has(free)) {
      free += "_";
    }
    if (value instanceof Integer || value instanceof Long || value instanceof Short) {
      line.put(free, ((Number) value).longValue());
    } else if (value instanceof Number number) {
      line.put(free, number.doubleValue());
    } else if (value instanceof Boolean flag) {
      line.put(free, flag);
    } else {
      line.put(free, String.valueOf(value));
    }
  }

  /** Encodes events for people. Named by {@code logback.xml}. */
  public static final class TextLines extends PatternLayoutEncoder {
    /** For logback. */
    public TextLines() {
      setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg %kvp{NONE}%n");
    }
  }

  /** Encodes an event as a flat JSON object. */
  private static final class JsonLines extends EncoderBase<ILoggingEvent> {
    @Override
    public byte[] encode(ILoggingEvent event) {
      ObjectNode line =
          line(
              Instant.ofEpochMilli(event.getTimeStamp()),
              event.getLevel().toString(),
              event.getLoggerName(),
              event.getFormattedMessage());
      line.put("thread", event.getThreadName());
      if (event.getKeyValuePairs() != null) {
        for (KeyValuePair pair : event.getKeyValuePairs()) {
          put(line, pair.key, pair.value);
        }
      }
      IThrowableProxy thrown = event.getThrowableProxy();
      if (thrown != null) {
        put(line, "error", thrown.getClassName() + ": " + thrown.getMessage());
        put(line, "stackTrace", ThrowableProxyUtil.asString(thrown));
      }
      return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] headerBytes() {
      return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
      return new byte[0];
    }
  }
}
