// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.cli.run.TrustModel;
import io.pascaline.layers.plan.Visibility;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The flag --visibility through every command that has it, on the bundled network. */
@Timeout(240)
class VisibilityCommandTest {
  private static final boolean LONG = Boolean.getBoolean("pascaline.long");

  @TempDir private Path folder;

  private JsonNode json(Object... args) throws IOException {
    Path file = folder.resolve("out.json");
    Object[] all = new Object[args.length + 2];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--json";
    all[args.length + 1] = file;
    CommandRun run = CommandRun.of(all);
    assertEquals(0, run.code(), run.err());
    return new ObjectMapper().readTree(file.toFile());
  }

  @ParameterizedTest
  @CsvSource({
    "shared, 9, hidden from all three",
    "owned, 9, party 0 owns the weights",
    "public, 4, both parties know the weights"
  })
  void shouldInferWithAnyVisibilityAtThePlannedCost(String word, int rounds, String trust)
      throws IOException {
    JsonNode report =
        json("infer", "-q", "--images", 20, "--latency-images", 5, "--visibility", word);

    assertEquals(word, report.get("visibility").asText());
    assertEquals(rounds, report.get("rounds").asInt());
    assertEquals(rounds, report.get("roundsPlanned").asInt());
    assertTrue(report.get("countsEqualPlan").asBoolean());
    assertEquals(1.0, report.get("agreement").asDouble());
    assertTrue(
        report.get("trustModel").asText().contains(trust), report.get("trustModel").asText());
    JsonNode planned = report.get("onlineBytesPlannedByParty");
    long measuredCount = report.get("measuredImages").asLong();
    assertTrue(measuredCount > 0);
    for (JsonNode party : report.get("parties")) {
      int id = party.get("party").asInt();
      assertEquals(measuredCount * planned.get(id).asLong(), party.get("onlineBytesSent").asLong());
      assertEquals(
          measuredCount * planned.get(1 - id).asLong(), party.get("onlineBytesReceived").asLong());
      assertEquals(
          word.equals("owned") && id == 1, party.get("offlineBytesDealt").asLong() == 0, word);
      assertEquals(
          word.equals("public") || word.equals("owned") && id == 1,
          party.get("setupBytes").asLong() == 0,
          word);
    }
  }

  @Test
  void shouldInferWithTheClientAsPartyAtThePlannedCost() throws IOException {
    JsonNode report =
        json(
            "infer",
            "-q",
            "--images",
            20,
            "--latency-images",
            5,
            "--visibility",
            "owned",
            "--client-as-party");

    assertTrue(report.get("countsEqualPlan").asBoolean());
    assertEquals(1.0, report.get("agreement").asDouble());
    String trust = report.get("trustModel").asText();
    assertTrue(trust.contains("MUSE, SIMC"), trust);
    assertTrue(report.get("deployment").asText().contains("client as party 1"));
    for (JsonNode party : report.get("parties")) {
      assertEquals(0, party.get("inputShareBytes").asLong());
      if (party.get("party").asInt() == 1) {
        assertEquals(0, party.get("offlineBytesDealt").asLong());
      }
    }
    CommandRun shared = CommandRun.of("infer", "-q", "--images", 1, "--client-as-party");
    assertEquals(1, shared.code());
    assertTrue(shared.err().contains("give --visibility owned"), shared.err());
  }

  @Test
  void shouldInspectTheCostsOfEachLayerAndParty() throws IOException {
    JsonNode shared = json("inspect");
    JsonNode owned = json("inspect", "--visibility", "owned");
    JsonNode open = json("inspect", "--visibility", "public");

    for (JsonNode tree : new JsonNode[] {shared, owned, open}) {
      for (int id = 0; id < 2; id++) {
        long sum = 0;
        for (JsonNode layer : tree.get("layers")) {
          sum += layer.get("onlineBytesByParty").get(id).asLong();
        }
        assertEquals(tree.get("onlineBytesByParty").get(id).asLong(), sum);
      }
    }
    assertEquals("owned", owned.get("visibility").asText());
    assertEquals(0, owned.get("layers").get(0).get("onlineBytesByParty").get(0).asLong());
    assertEquals(4 * 784, owned.get("layers").get(0).get("onlineBytesByParty").get(1).asLong());
    assertEquals(0, open.get("layers").get(0).get("rounds").asInt());
    assertEquals(0, open.get("setupBytesByParty").get(0).asLong());
    CommandRun text = CommandRun.of("inspect", "--visibility", "owned");
    text.assertOk();
    assertTrue(text.out().contains("online B, P0 / P1"), text.out());
    assertTrue(text.out().contains("from party 0 to party 1, once"), text.out());
    assertTrue(text.out().contains("party 0 owns the weights"), text.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"owned", "public"})
  void shouldCheckEveryLayer(String word) {
    CommandRun run = CommandRun.of("check", "-q", "--limit", 1, "--visibility", word);

    run.assertOk();
    assertTrue(run.out().contains("every layer of 1 image is within its bound"), run.out());
    assertTrue(run.out().contains(word.equals("owned") ? "owned by party 0" : "both parties"));
    assertTrue(run.out().contains("trust model of the parties: semi-honest"), run.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"shared", "owned", "public"})
  void shouldBenchWithEachVisibility(String word) throws IOException {
    JsonNode report = json("bench", "-q", "--inferences", 3, "--warm-up", 1, "--visibility", word);

    assertEquals(word, report.get("visibility").asText());
    assertTrue(report.get("trustModel").asText().contains(TrustModel.of(visibility(word))));
  }

  private static Visibility visibility(String word) {
    return Visibility.valueOf(word.toUpperCase(Locale.ROOT));
  }

  @Test
  void shouldPrintTheTrustModelOfEachSimulatedVisibility() {
    CommandRun run =
        CommandRun.of("sim", "-q", "--rtt", "1ms", "--visibility", "shared,owned,public");

    run.assertOk();
    for (Visibility visibility : Visibility.values()) {
      assertTrue(run.out().contains(TrustModel.of(visibility)), run.out());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"owned", "public"})
  void shouldShareFilesThatAnswerAndRefuseToTakeThemForOthers(String word) throws IOException {
    Path out = folder.resolve("shares");

    CommandRun share = CommandRun.of("share", "-q", "--out", out, "--visibility", word);

    share.assertOk();
    assertTrue(share.out().contains("trust model: semi-honest"), share.out());
    assertTrue(
        share.out().contains(word.equals("owned") ? "it has no weights" : "knows all weights"),
        share.out());
    for (String file : new String[] {"party0.share", "party1.share"}) {
      assertEquals(
          Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE),
          Files.getPosixFilePermissions(out.resolve(file)));
    }
    assertEquals(
        word.equals("owned"),
        Files.size(out.resolve("party1.share")) < Files.size(out.resolve("plan.bin")) + 256);
    JsonNode report = json("infer", "-q", out, "--images", 8, "--latency-images", 2);
    assertEquals(word, report.get("visibility").asText());
    assertTrue(report.get("countsEqualPlan").asBoolean());
    CommandRun.of("infer", "-q", out, "--images", 8, "--visibility", "shared")
        .assertFault(1, "the model was shared with weights that are " + word, "run share again");
  }

  @Test
  void shouldRefuseUnknownWordsAndTheClassicSuite() {
    CommandRun.of("infer", "-q", "--visibility", "secret")
        .assertFault(1, "there is no visibility 'secret'", "shared, owned or public");
    for (String command : new String[] {"infer", "inspect", "check", "bench"}) {
      CommandRun.of(command, "--suite", "classic", "--visibility", "owned")
          .assertFault(1, "visibility owned needs the fused suite", "--suite fused");
    }
    CommandRun.of("share", "--out", folder, "--activation", "espn", "--visibility", "public")
        .assertFault(1, "visibility public needs the fused suite");
    CommandRun.of("sim", "-q", "--activation", "fused,espn", "--visibility", "owned")
        .assertFault(1, "owned weights need the fused suite", "espn");
    CommandRun.of("sim", "-q", "--visibility", "secret")
        .assertFault(1, "must be shared, owned or public");
  }

  /**
   * Public weights save one round for each linear layer, and about half of the time where latency
   * counts most. With {@code -Dpascaline.long=true}, the test checks the figures of ResNet-18 in
   * docs/reproduction.md.
   */
  @Test
  void shouldSimulateAResnetWithEachVisibility() throws IOException {
    JsonNode runs =
        json(
                "sim",
                "-q",
                "--model",
                LONG ? "resnet18" : "resnet20",
                "--rtt",
                "100ms",
                "--visibility",
                "shared,owned,public")
            .get("runs");

    assertEquals(3, runs.size());
    JsonNode shared = runs.get(0);
    JsonNode owned = runs.get(1);
    JsonNode open = runs.get(2);
    assertEquals(LONG ? 38 : 41, shared.get("rounds").asInt());
    // A second convolution that reads a block's input has no round.
    assertEquals(LONG ? 35 : 39, owned.get("rounds").asInt());
    assertEquals(LONG ? 17 : 19, open.get("rounds").asInt());
    double time = open.get("latencyMs").asDouble() / shared.get("latencyMs").asDouble();
    assertTrue(time <= 0.55, "public takes " + time + " of the time of shared");
    // A linear input takes 4 bytes instead of 8, an activation's 8, 4 of them in advance.
    long bytes = both(owned);
    assertEquals(
        both(shared) - shared.get("onlineBytesPerParty").asLong() + half(open),
        bytes + owned.get("advanceBytes").asLong());
    assertTrue(bytes <= 0.5 * both(shared), bytes + " of " + both(shared));
    long sharedUplink = shared.get("onlineBytesByParty").get(1).asLong();
    long ownedUplink = owned.get("onlineBytesByParty").get(1).asLong();
    assertTrue(ownedUplink <= 0.5 * sharedUplink, ownedUplink + " of " + sharedUplink);
    assertEquals(0, shared.get("advanceBytes").asLong());
  }

  private static long both(JsonNode run) {
    JsonNode byParty = run.get("onlineBytesByParty");
    return byParty.get(0).asLong() + byParty.get(1).asLong();
  }

  /** Bytes of all activations in one direction: public weights open nothing else. */
  private static long half(JsonNode open) {
    return both(open) / 2;
  }
}
