// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BenchCommandTest {
  private static final int INFERENCES = 3;
  private static final double ROUNDING_MS = 1e-6;

  /** Times, names, numbers and sizes; anything else would have to be public as well. */
  private static final Set<String> PUBLIC_FIELDS =
      Set.of(
          "startTime",
          "duration",
          "eventThread",
          "stackTrace",
          "node",
          "remote",
          "request",
          "kind",
          "session",
          "layer",
          "step",
          "payloadBytes",
          "online",
          "allCores",
          "waitedNs");

  @TempDir private Path folder;

  @Test
  void shouldSayWhereTheTimeGoesAndAddUpToTheWhole() throws IOException {
    Path json = folder.resolve("bench.json");

    CommandRun run = bench("--json", json, "--simulate", "--quiet").assertOk();

    assertTrue(run.out().contains("waiting for the peer"), run.out());
    assertTrue(run.out().contains("ONNX Runtime, 1 thread"), run.out());
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertEquals(INFERENCES, report.get("inferences").asInt());
    for (String name : new String[] {"breakdownMs", "slowestBreakdownMs", "simulatedBreakdownMs"}) {
      JsonNode breakdown = report.get(name);
      double sum = 0;
      for (Map.Entry<String, JsonNode> category : breakdown.properties()) {
        sum += category.getKey().equals("whole") ? 0 : category.getValue().asDouble();
      }
      assertEquals(breakdown.get("whole").asDouble(), sum, ROUNDING_MS, name);
      assertTrue(breakdown.get("linear").asDouble() > 0, name);
      assertTrue(breakdown.get("activation").asDouble() > 0, name);
      // Every moment between question and answer is known to belong to something.
      assertEquals(0, breakdown.get("other").asDouble(), ROUNDING_MS, name);
    }
    assertTrue(report.get("ratioOneThread").asDouble() > 0);
    assertTrue(report.get("throughputPerSecond").asDouble() > 0);
    assertTrue(report.get("allocatedBytesPerInference").asLong() > TinyModel.ONLINE_BYTES);
  }

  @Test
  void shouldRecordEveryRoundOnceAtEachPartyAndNoContent() throws IOException {
    Path recording = folder.resolve("bench.jfr");

    bench("--recording", recording, "--quiet").assertOk();

    Map<String, Long> openings =
        RecordingFile.readAllEvents(recording).stream()
            .filter(event -> isOwn(event) && event.hasField("payloadBytes"))
            .filter(event -> event.getLong("session") >= 0 && isOpening(event))
            .collect(
                Collectors.groupingBy(
                    event -> event.getEventType().getName() + " at " + event.getString("node"),
                    Collectors.counting()));
    assertEquals(6, openings.size(), openings::toString);
    openings.forEach(
        (where, count) -> assertEquals(INFERENCES * TinyModel.EXCHANGES, count, where));
    for (RecordedEvent event : RecordingFile.readAllEvents(recording)) {
      if (isOwn(event)) {
        event
            .getFields()
            .forEach(
                field ->
                    assertTrue(
                        PUBLIC_FIELDS.contains(field.getName()),
                        event.getEventType().getName() + " has " + field.getName()));
      }
    }
  }

  private static boolean isOwn(RecordedEvent event) {
    return event.getEventType().getName().startsWith("io.pascaline.");
  }

  private static boolean isOpening(RecordedEvent event) {
    return event.getString("kind").equals("MASKED_TENSOR");
  }

  @Test
  void shouldRefuseNumbersOutOfRangeInOneLine() throws IOException {
    bench("--in-flight", "0").assertFault(1, "--in-flight 0", "1");
    bench("--recording", folder).assertFault(1, "--recording", "folder");
  }

  @Test
  void shouldRefuseOptionsThatThePlanOfDeployedPartiesDecides() throws IOException {
    for (String[] given :
        new String[][] {
          {"--suite", "classic"},
          {"--approximate", "off"},
          {"--visibility", "public"},
          {"--calibration", "typical"},
          {"--simulate"}
        }) {
      Object[] line = new Object[given.length + 2];
      System.arraycopy(given, 0, line, 0, given.length);
      line[given.length] = "--config";
      line[given.length + 1] = "client.conf";
      bench(line).assertFault(1, given[0], "--config", "leave one of them out");
    }
    bench("--config", folder.resolve("none.conf")).assertFault(1, "none.conf");
  }

  @Test
  void shouldRefuseRecordingsThatCannotBeJoined() throws IOException {
    Path none = folder.resolve("none.jfr");
    Object three = none + "," + none + "," + none;
    CommandRun.of("bench", "--recordings", none).assertFault(1, "--recordings names 1", "C,P0,P1");
    CommandRun.of("bench", "--recordings", three).assertFault(1, "plan", "--config FILE");
    CommandRun.of("bench", "--recordings", three, "--config", "c.conf", "--in-flight", 2)
        .assertFault(1, "--in-flight", "measures nothing", "leave one of them out");
  }

  private CommandRun bench(Object... more) throws IOException {
    Path images = InferCommandTest.IdxPair.write(folder, 4);
    Path model = folder.resolve("tiny.onnx");
    Files.write(model, TinyModel.onnx());
    Object[] line = new Object[more.length + 8];
    Object[] first = {
      "bench", model, "--images", images, "--inferences", INFERENCES, "--warm-up", "0"
    };
    System.arraycopy(first, 0, line, 0, first.length);
    System.arraycopy(more, 0, line, first.length, more.length);
    return CommandRun.of(line);
  }
}
