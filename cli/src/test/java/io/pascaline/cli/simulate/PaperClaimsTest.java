// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.cli.Pascaline;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/reproduction.md says of ResNet-18 at a round trip of 100 ms. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class PaperClaimsTest {
  private static final Map<String, JsonNode> RUNS = new HashMap<>();

  @BeforeAll
  static void simulate(@TempDir Path folder) throws IOException {
    Path json = folder.resolve("sim.json");
    StringWriter err = new StringWriter();
    int code =
        Pascaline.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true),
            "sim",
            "-q",
            "--model",
            "resnet18",
            "--activation",
            "fused,honeybadger,espn,tree,relu",
            "--rtt",
            "100ms",
            "--json",
            json.toString());
    assertEquals(0, code, err.toString());
    for (JsonNode run : new ObjectMapper().readTree(json.toFile()).get("runs")) {
      RUNS.put(run.get("activation").asText(), run);
    }
  }

  private static double latencyMs(String activation) {
    return RUNS.get(activation).get("latencyMs").asDouble();
  }

  private static long onlineBytes(String activation) {
    return RUNS.get(activation).get("onlineBytesPerParty").asLong();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fused", "honeybadger", "espn"})
  void shouldBeThreeTimesAsFastAsExactReluInASingleRound(String activation) {
    double ratio = latencyMs("relu") / latencyMs(activation);
    assertTrue(ratio >= 3, activation + " is " + ratio + " times as fast");
  }

  @Test
  void shouldNeverBeSlowerFusedNorSendMoreThanHalf() {
    assertTrue(latencyMs("fused") <= latencyMs("honeybadger"));
    assertTrue(2 * onlineBytes("fused") <= onlineBytes("honeybadger"));
  }

  @ParameterizedTest
  @CsvSource({"fused, 1", "honeybadger, 1", "espn, 1", "tree, 2", "relu, 8"})
  void shouldTakeTheDocumentedRoundsInEveryActivationLayer(String activation, int rounds) {
    int activations = 0;
    for (JsonNode layer : RUNS.get(activation).get("layers")) {
      if (layer.get("name").asText().startsWith("relu")) {
        assertEquals(rounds, layer.get("rounds").asInt(), layer.toString());
        activations++;
      }
    }
    assertEquals(17, activations);
  }

  private static Stream<Path> scenarios() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("..", "scenarios"))) {
      return files.toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void shouldUnderstandTheScenariosOfTheFigures(Path file) {
    Settings settings = new Settings();
    settings.file(file);
    Scenario scenario = Scenario.of(settings);
    // A scenario compares all protocols of activations, or one of them with each visibility.
    boolean hasVisibilities = scenario.visibilities().size() > 1;
    assertEquals(hasVisibilities ? 3 : 1, scenario.visibilities().size());
    assertEquals(hasVisibilities ? 1 : 5, scenario.activations().size());
    assertTrue(List.of(SimModel.names().split(", ")).contains(scenario.model()), scenario.model());
  }
}
