// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.cli.Pascaline;
import io.pascaline.cli.run.DealerCheckFigures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 240, unit = TimeUnit.SECONDS)
class SimCommandTest {
  @TempDir private Path folder;

  private record Run(int code, String out, String err) {}

  private static Run run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] all = new String[args.length + 2];
    all[0] = "sim";
    all[1] = "-q";
    System.arraycopy(args, 0, all, 2, args.length);
    int code = Pascaline.run(new PrintWriter(out, true), new PrintWriter(err, true), all);
    return new Run(code, out.toString(), err.toString());
  }

  private JsonNode runs(String name, String... args) throws IOException {
    Path file = folder.resolve(name);
    String[] all = new String[args.length + 2];
    all[0] = "--json";
    all[1] = file.toString();
    System.arraycopy(args, 0, all, 2, args.length);
    Run run = run(all);
    assertEquals(0, run.code(), run.err());
    return new ObjectMapper().readTree(file.toFile()).get("runs");
  }

  @Test
  void shouldWriteTheSameTraceTwice() throws IOException {
    String[] args = {"--rtt", "100ms", "--profile", "wan,jitter=1ms", "--seed", "3"};
    JsonNode first = runs("first.json", args).get(0);
    JsonNode second = runs("second.json", args).get(0);
    assertEquals("fused", first.get("activation").asText());
    assertEquals(64, first.get("traceDigest").asText().length());
    assertEquals(first.get("traceDigest"), second.get("traceDigest"));
    assertEquals(first.get("latencyMs"), second.get("latencyMs"));
    // Nine rounds, one more hop for the number, and two for the client: 50 ms each.
    assertEquals(9, first.get("rounds").asInt());
    double latencyMs = first.get("latencyMs").asDouble();
    assertTrue(latencyMs > 600 && latencyMs < 700, latencyMs + " ms");
    assertTrue(first.get("onlineBytesPerParty").asLong() > 0);
  }

  @Test
  void shouldSweepAndPlot() throws IOException {
    Path plots = folder.resolve("plots");
    Path csv = folder.resolve("runs.csv");
    JsonNode runs =
        runs(
            "sweep.json",
            "--activation",
            "fused,honeybadger",
            "--rtt",
            "0,20ms",
            "--bandwidth",
            "1gbps,100mbps",
            "--plots",
            plots.toString(),
            "--csv",
            csv.toString());
    assertEquals(8, runs.size());
    assertTrue(
        runs.get(1).get("latencyMs").asDouble() > 6 * 20, "at least an exchange per latency");
    // The fused suite opens words where the classic one opens double words.
    assertTrue(
        2 * runs.get(1).get("onlineBytesPerParty").asLong()
            <= runs.get(5).get("onlineBytesPerParty").asLong());
    assertEquals(9, Files.readAllLines(csv).size());
    for (String name :
        List.of(
            "time-rtt",
            "time-bandwidth",
            "timeline-fused",
            "timeline-honeybadger",
            "layer-bytes")) {
      assertTrue(ImageIO.read(plots.resolve(name + ".png").toFile()).getWidth() > 100, name);
      assertTrue(Files.readString(plots.resolve(name + ".svg")).contains("<svg"), name);
    }
  }

  @Test
  void shouldPrintTheCostOfDealerChecksAndTheChanceOfEscape() throws IOException {
    Path json = folder.resolve("checks.json");
    Run run = run("--inferences", "12", "--dealer-check-every", "2", "--json", json.toString());
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains(DealerCheckFigures.describe(2)), run.out());
    JsonNode of = new ObjectMapper().readTree(json.toFile()).get("runs").get(0);
    JsonNode checks = of.get("dealerChecks");
    assertEquals(2, checks.get("every").asInt());
    long numbers = checks.get("numbers").asLong();
    assertTrue(numbers > 0, of::toString);
    assertEquals(numbers * of.get("offlineBytes").asLong(), checks.get("offlineBytes").asLong());
    assertTrue(run.out().contains(numbers + " session number(s) were checked"), run.out());

    Run classic = run("--activation", "relu", "--dealer-check-every", "2");
    assertEquals(1, classic.code());
    assertTrue(classic.err().contains("--dealer-check-every: checks need the fused suite"));
    assertEquals(1, run("--dealer-check-every", "1").code());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json", "--csv", "--plots"})
  void shouldRefuseWhatCannotBeWrittenBeforeItRuns(String option) throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Run run = run(option, file.resolve("below").toString(), "--model", "resnet50");
    assertEquals(1, run.code());
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("pascaline: ") && run.err().contains(option), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void shouldTakeAScenarioFileAndLetFlagsOverruleIt() throws IOException {
    Path file = folder.resolve("scenario.conf");
    Files.writeString(
        file,
        """
        model = fashion
        rtt = [10ms, 20ms]
        inferences = 3
        links { dealer = wan }
        dealer-speed = 0.5
        """);
    JsonNode runs = runs("file.json", "--scenario", file.toString(), "--rtt", "30ms");
    assertEquals(1, runs.size());
    assertEquals(30, runs.get(0).get("rttMs").asDouble());
    assertEquals(3, runs.get(0).get("latenciesMs").size());
    assertTrue(runs.get(0).get("links").asText().contains("dealer rtt=100ms"));
  }

  @Test
  void shouldReportWhyAnInferenceEnded() throws IOException {
    JsonNode run =
        runs(
                "cut.json",
                "--rtt",
                "10ms",
                "--outages",
                "parties 1s..",
                "--timeout",
                "500ms",
                "--interval",
                "2s",
                "--inferences",
                "2")
            .get(0);
    assertTrue(run.get("failure").asText().startsWith("DEADLINE"), run.toString());
    assertFalse(run.get("latenciesMs").get(0).isNull());
    assertTrue(run.get("latenciesMs").get(1).isNull());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--activation | sigmoid | fused, honeybadger, espn, tree, relu",
        "--model | alexnet | resnet18",
        "--rtt | 10 | 100ms",
        "--rtt | 10ms,, | 100ms",
        "--bandwidth | 0mbps | 1gbps",
        "--profile | moon | lan, regional, continental, wan",
        "--inferences | 0 | 1 to 10000",
        "--dealer-speed | NaN | 1.0E-6",
        "--layout | cloud | separate, shared",
        "--costs | guess | fixed, calibrated, measured, none",
        "--ready | 7 | at most precomputed-correlations = 1",
        "--timeout | 0 | 1ms",
        "--seed | x | whole number",
        "--outages | parties | parties 2s..5s",
        "--outages | sea 1s..2s | parties, dealer, client",
      })
  void shouldNameWhatIsWrongAndWhatIsAllowed(String flag, String value, String allowed) {
    Run run = run(flag, value);
    assertEquals(1, run.code());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().startsWith("pascaline: " + flag), run.err());
    assertTrue(run.err().contains(allowed), run.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rtt = quick | line 1: rtt | 100ms",
        "speed = 3 | 'speed' | dealer-speed",
        "activation = [fused, magic] | line 1: activation | honeybadger",
        "links { dealer = moon } | line 1: links.dealer | wan",
        "model = { | cannot be understood | ",
      })
  void shouldNameFileAndKey(String text, String where, String allowed) throws IOException {
    Path file = folder.resolve("bad.conf");
    Files.writeString(file, text + "\n");
    Run run = run("--scenario", file.toString());
    assertEquals(1, run.code());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(file.toString()), run.err());
    assertTrue(run.err().contains(where), run.err());
    assertTrue(allowed == null || run.err().contains(allowed), run.err());
  }

  @Test
  void shouldNameAScenarioThatIsNotThere() {
    Run run = run("--scenario", folder.resolve("none.conf").toString());
    assertEquals(1, run.code());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("none.conf: give one such as"), run.err());
  }

  @Test
  void shouldRefuseASweepThatIsTooLarge() {
    StringBuilder rtts = new StringBuilder("0");
    for (int i = 1; i <= 500; i++) {
      rtts.append(',').append(i).append("ms");
    }
    Run run = run("--rtt", rtts.toString());
    assertEquals(1, run.code());
    assertTrue(run.err().contains("501 runs"), run.err());
    assertTrue(run.err().contains("at most 500"), run.err());
  }
}
