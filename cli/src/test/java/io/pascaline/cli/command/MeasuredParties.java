// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** What {@code bench} says of deployed parties, which record what they do. */
final class MeasuredParties {
  private static final int INFERENCES = 5;
  private static final double ROUNDING_MS = 1e-6;

  private final Path folder;

  /**
   * Measures parties.
   *
   * @param folder where the recordings are, and reports go
   */
  MeasuredParties(Path folder) {
    this.folder = folder;
  }

  /** Returns where a role's recording is. */
  static Path recording(Path folder, String role) {
    return folder.resolve(role + ".jfr");
  }

  /** Checks that what a client sees of an inference adds up to its time, and is all there is. */
  void assertClientsView(Path config) throws IOException {
    JsonNode report =
        run("bundled", "--config", config, "--recording", recording(folder, "client"));

    assertTrue(report.get("deployment").asText().contains("two remote parties"));
    assertClientsView(report);
    assertTrue(report.get("ratioOneThread").asDouble() > 0);
    assertTrue(report.get("throughputPerSecond").asDouble() > 0);
  }

  /** Checks the same without links of its own, and without the network in plaintext. */
  void assertViewOverGateways(String gateways, String tokens) throws IOException {
    JsonNode report = run("--gateway", gateways, "--token", tokens);

    assertTrue(report.get("deployment").asText().contains("gateways"));
    assertClientsView(report);
    assertTrue(report.get("latencyMs").get("p50").asDouble() > 0);
    assertTrue(report.get("ratioOneThread").isNull());
    assertTrue(report.get("plaintextOneThreadMs").get("p50").isNull());
    CommandRun.of("bench", "--gateway", gateways, "--token", tokens, "--simulate")
        .assertFault(1, "--simulate", "--gateway", "leave one of them out");
  }

  /** Checks that what the parties have recorded, which have ended, divides the client's wait. */
  void assertRecordingsFit(Path config) throws IOException {
    Path json = folder.resolve("joined.json");
    CommandRun joined =
        join(config, "client", "party0", "party1", "--json", json.toString()).assertOk();

    assertTrue(joined.out().contains("waiting for the peer"), joined.out());
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertEquals(INFERENCES, report.get("inferences").asInt());
    assertEquals(INFERENCES, report.get("dividedInferences").asInt());
    for (String name : new String[] {"breakdownMs", "slowestBreakdownMs"}) {
      JsonNode breakdown = report.get(name);
      assertAddsUp(breakdown);
      for (String seen : new String[] {"linear", "activation", "client", "coding", "handOver"}) {
        assertTrue(breakdown.get(seen).asDouble() > 0, () -> seen + " in " + breakdown);
      }
      assertFalse(breakdown.has("parties"), breakdown::toString);
    }
    for (String party : new String[] {"party0", "party1"}) {
      double errorMs = report.get("clockErrorMs").get(party).asDouble();
      assertTrue(errorMs >= 0 && errorMs < report.get("latencyMs").get("p99").asDouble(), party);
    }
    assertTrue(report.get("ratioOneThread").asDouble() > 0);
    assertTrue(report.get("throughputPerSecond").isNull());
    join(config, "client", "party1", "party0")
        .assertFault(1, "none of the inferences", "in this order");
    join(config, "party0", "client", "party1")
        .assertFault(1, "no measured inferences", "--recording");
  }

  private CommandRun join(Path config, String client, String party0, String party1, String... more)
      throws IOException {
    String recordings =
        Arrays.stream(new String[] {client, party0, party1})
            .map(role -> recording(folder, role).toString())
            .collect(Collectors.joining(","));
    Object[] first = {"bench", "--config", config, "--recordings", recordings};
    return CommandRun.of(with(first, (Object[]) more));
  }

  private JsonNode run(Object... options) throws IOException {
    Path json = folder.resolve("measured.json");
    Object[] first = {
      "bench",
      "-q",
      "--images",
      INFERENCES,
      "--inferences",
      INFERENCES,
      "--warm-up",
      0,
      "--json",
      json
    };
    CommandRun.of(with(first, options)).assertOk();
    return new ObjectMapper().readTree(json.toFile());
  }

  private static Object[] with(Object[] first, Object... more) {
    Object[] line = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, line, first.length, more.length);
    return line;
  }

  private static void assertClientsView(JsonNode report) {
    assertEquals(INFERENCES, report.get("inferences").asInt());
    for (String name : new String[] {"breakdownMs", "slowestBreakdownMs"}) {
      JsonNode breakdown = report.get(name);
      assertAddsUp(breakdown);
      for (String seen : new String[] {"client", "coding", "parties"}) {
        assertTrue(breakdown.get(seen).asDouble() > 0, () -> seen + " in " + breakdown);
      }
      assertEquals(0, breakdown.get("other").asDouble(), ROUNDING_MS, name);
      for (String unseen : new String[] {"linear", "activation", "local", "masking", "peer"}) {
        assertFalse(breakdown.has(unseen), () -> unseen + " in " + breakdown);
      }
    }
  }

  private static void assertAddsUp(JsonNode breakdown) {
    double sum = 0;
    for (Map.Entry<String, JsonNode> category : breakdown.properties()) {
      sum += category.getKey().equals("whole") ? 0 : category.getValue().asDouble();
    }
    assertEquals(breakdown.get("whole").asDouble(), sum, ROUNDING_MS, breakdown::toString);
  }
}
