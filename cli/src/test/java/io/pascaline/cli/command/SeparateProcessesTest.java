// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.layers.plan.NetworkPlan;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of docs/samples, one JVM per role, UDP on loopback; ports are whatever is free. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class SeparateProcessesTest {
  private static final Path SAMPLES = Path.of("..", "docs", "samples");
  private static final Pattern FAREWELL =
      Pattern.compile("ends after (\\d+) inferences: online (\\d+) rounds, (\\d+) B sent, (\\d+)");
  private static final int IMAGE_COUNT = 10;

  /** Files of one sharing, made once: the tests work on copies. */
  @TempDir private static Path made;

  @TempDir private Path folder;

  private int dealerPort;
  private int party0Port;
  private int party1Port;

  /**
   * One test, because JVMs are dear: what serves must have outlived a peer that does not fit. It
   * serves clients over gateways, too, with tokens as operators make them.
   */
  @Test
  void shouldRefuseAnotherSharingAndPredictWhatTheEmbeddedRunPredicts() throws Exception {
    String tokens = tokens();
    String gateways;
    try (RoleProcess dealer = RoleProcess.start("dealer", sample("dealer.conf"))) {
      dealerPort = dealer.port();
      try (RoleProcess party0 =
          RoleProcess.startRecorded(
              "party",
              withGateway(sample("party0.conf"), 0),
              MeasuredParties.recording(folder, "party0"))) {
        party0Port = party0.port();
        assertEndsWithAnotherHalf(sample("party1.conf"));
        try (RoleProcess party1 =
            RoleProcess.startRecorded(
                "party",
                withGateway(sample("party1.conf"), 1),
                MeasuredParties.recording(folder, "party1"))) {
          party1Port = party1.port();
          gateways = gatewayOf(party0.announcement()) + "," + gatewayOf(party1.announcement());

          JsonNode remote =
              report("client", "--config", sample("client.conf"), "--model", "bundled");
          JsonNode overGateways =
              report("client", "--gateway", gateways, "--token", tokens, "--model", "bundled");
          JsonNode embedded = report("infer");

          assertEquals(embedded.get("predictions"), remote.get("predictions"));
          assertEquals(embedded.get("predictions"), overGateways.get("predictions"));
          assertEquals(embedded.get("accuracy"), remote.get("accuracy"));
          assertEquals(1.0, remote.get("agreement").asDouble());
          assertOnlyThePlansFigures(remote, embedded);
          MeasuredParties measured = new MeasuredParties(folder);
          measured.assertClientsView(sample("client.conf"));
          measured.assertViewOverGateways(gateways, tokens);
          assertRefusesTheClientOfAnotherModel();
          assertCounts(party0.farewell(), embedded);
          assertCounts(party1.farewell(), embedded);
        }
      }
    }
    // All of them have ended by now.
    new MeasuredParties(folder).assertRecordingsFit(sample("client.conf"));
    CommandRun.of("client", "-q", "--gateway", gateways, "--token", tokens, "--images", 1)
        .assertFault(1, "party 0 cannot be reached");
  }

  @Test
  void shouldServeTheClassicSuiteWithAProtocolPerLayer() throws Exception {
    String protocols = "espn,3=tree";
    CommandRun.of("share", "--force", "--out", folder, "--activation", protocols).assertOk();
    try (RoleProcess dealer = RoleProcess.start("dealer", sample("dealer.conf"))) {
      dealerPort = dealer.port();
      try (RoleProcess party0 = RoleProcess.start("party", sample("party0.conf"))) {
        party0Port = party0.port();
        try (RoleProcess party1 = RoleProcess.start("party", sample("party1.conf"))) {
          party1Port = party1.port();

          JsonNode remote =
              report("client", "--config", sample("client.conf"), "--model", "bundled");

          assertEquals("classic", remote.get("suite").asText());
          assertEquals("espn,tree", remote.get("activation").asText());
          assertEquals(10, remote.get("roundsPlanned").asInt());
          assertEquals(1.0, remote.get("agreement").asDouble());
          assertTrue(remote.get("failureProbability").asDouble() > 0);
          assertTrue(remote.get("expectedFailures").isNull());
          assertCounts(party0.farewell(), remote);
          assertCounts(party1.farewell(), remote);
        }
      }
    }
  }

  /**
   * The plan file carries who knows the weights; the roles need no setting for it. Where both
   * parties do, they serve batches, too.
   */
  @ParameterizedTest
  @ValueSource(strings = {"owned", "public"})
  void shouldServeWeightsThatAPartyKnows(String visibility) throws Exception {
    CommandRun.of("share", "--force", "--out", folder, "--visibility", visibility).assertOk();
    try (RoleProcess dealer = RoleProcess.start("dealer", sample("dealer.conf"))) {
      dealerPort = dealer.port();
      try (RoleProcess party0 = RoleProcess.start("party", sample("party0.conf"))) {
        party0Port = party0.port();
        try (RoleProcess party1 = RoleProcess.start("party", sample("party1.conf"))) {
          party1Port = party1.port();
          String weights =
              visibility.equals("owned")
                  ? "weights owned by party 0"
                  : "weights known to both parties";
          for (RoleProcess role : List.of(dealer, party0, party1)) {
            assertTrue(role.announcement().contains(weights), role.announcement());
          }

          JsonNode remote =
              report("client", "--config", sample("client.conf"), "--model", "bundled");

          JsonNode embedded = report("infer", "--visibility", visibility);
          assertEquals(visibility, remote.get("visibility").asText());
          assertEquals(embedded.get("predictions"), remote.get("predictions"));
          assertEquals(1.0, remote.get("agreement").asDouble());
          assertOnlyThePlansFigures(remote, embedded);
          boolean batches = visibility.equals("public");
          if (batches) {
            assertServesBatches(embedded, visibility);
          }
          JsonNode planned = remote.get("onlineBytesPlannedByParty");
          String farewell = party0.farewell();
          if (batches) {
            assertFewerRounds(farewell, embedded);
          }
          assertSent(farewell, planned.get(0).asLong(), planned.get(1).asLong());
          assertSent(party1.farewell(), planned.get(1).asLong(), planned.get(0).asLong());
        }
      }
    }
  }

  /** Answers are those of single images; a refusal says how many a session may have. */
  private void assertServesBatches(JsonNode embedded, String visibility) throws Exception {
    Path config = sample("client.conf");
    JsonNode remote = report("client", "--config", config, "--batch", "2");
    JsonNode batched = report("infer", "--batch", "3", "--visibility", visibility);

    assertEquals(2, remote.get("batch").asInt());
    assertEquals(embedded.get("predictions"), remote.get("predictions"));
    assertEquals(embedded.get("predictions"), batched.get("predictions"));
    assertTrue(batched.get("countsEqualPlan").asBoolean());
    assertEquals(batched.get("roundsPlanned"), batched.get("rounds"));
    CommandRun.of("client", "--config", config, "--images", 8, "--batch", "8", "-q")
        .assertFault(1, "the parties take 2 images in a session, not 8", "at most 2");
  }

  /** Rounds are those of sessions, of which there are fewer than answers. */
  private static void assertFewerRounds(String farewell, JsonNode embedded) {
    Matcher counts = FAREWELL.matcher(farewell);
    assertTrue(counts.find());
    long inferences = Long.parseLong(counts.group(1));
    long rounds = Long.parseLong(counts.group(2));
    int planned = embedded.get("roundsPlanned").asInt();
    assertEquals(0, rounds % planned);
    assertTrue(rounds < inferences * planned, rounds + " rounds of " + inferences);
  }

  private static void assertSent(String farewell, long sentBytes, long receivedBytes) {
    Matcher matcher = FAREWELL.matcher(farewell);
    assertTrue(matcher.find(), farewell);
    long inferences = Long.parseLong(matcher.group(1));
    assertTrue(inferences >= IMAGE_COUNT, farewell);
    assertEquals(inferences * sentBytes, Long.parseLong(matcher.group(3)), farewell);
    assertEquals(inferences * receivedBytes, Long.parseLong(matcher.group(4)), farewell);
  }

  /** Returns the files of a client's tokens, whose digests the parties' gateways get. */
  private String tokens() throws IOException {
    for (int party = 0; party < 2; party++) {
      CommandRun keygen =
          CommandRun.of(
              "keygen", "--quiet", "--token", "alice", "--out", folder.resolve("token" + party));
      Files.writeString(folder.resolve("tokens" + party), keygen.assertOk().out());
    }
    return folder.resolve("token0") + "," + folder.resolve("token1");
  }

  private Path withGateway(Path config, int party) throws IOException {
    String gateway =
        "\ninclude \"input.conf\"\ngateway {\n  listen = \"127.0.0.1:0\"\n  tokens = \"tokens"
            + party
            + "\"\n}\n";
    return Files.writeString(config, Files.readString(config) + gateway);
  }

  private static String gatewayOf(String announced) {
    Matcher matcher = Pattern.compile("gateway (http://127\\.0\\.0\\.1:\\d+)").matcher(announced);
    assertTrue(matcher.find(), announced);
    return matcher.group(1);
  }

  /** A client cannot see the link between the parties, nor what the dealer sends. */
  private static void assertOnlyThePlansFigures(JsonNode remote, JsonNode embedded) {
    assertFalse(remote.get("wireCounted").asBoolean());
    for (String key :
        new String[] {
          "rounds",
          "onlineBytesPerParty",
          "framingBytesPerParty",
          "offlineBytesDealt",
          "countsEqualPlan"
        }) {
      assertTrue(remote.get(key).isNull(), key + " " + remote.get(key));
      assertFalse(embedded.get(key).isNull(), key);
    }
    for (String key : new String[] {"roundsPlanned", "onlineBytesPlanned", "offlineBytes"}) {
      assertEquals(embedded.get(key), remote.get(key), key);
    }
  }

  /** A client learns what to get, and from whom. */
  private void assertRefusesTheClientOfAnotherModel() throws Exception {
    Path other = folder.resolve("other-plan");
    CommandRun.of("share", "--suite", "classic", "--out", other).assertOk();
    Path config = sample("client.conf");
    Files.writeString(
        config, Files.readString(config).replace("\"plan.bin\"", "\"other-plan/plan.bin\""));

    CommandRun run = CommandRun.of("client", "-q", "--config", config, "--images", 1);

    assertEquals(1, run.code(), run.err());
    assertTrue(run.err().contains("get the plan.bin of the parties' shares"), run.err());
    for (String plan : new String[] {"plan.bin", "other-plan/plan.bin"}) {
      byte[] encoded = Files.readAllBytes(folder.resolve(plan));
      String digest = HexFormat.of().formatHex(NetworkPlan.decode(encoded).digest(), 0, 8);
      assertTrue(run.err().contains(digest), () -> digest + " is not in " + run.err());
    }
  }

  /** Party 1 ends by itself, its process too, with one line and the exit code of a fault. */
  private void assertEndsWithAnotherHalf(Path config) throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    CommandRun.of("share", "--out", other).assertOk();
    Files.copy(
        other.resolve("party1.share"),
        folder.resolve("party1.share"),
        StandardCopyOption.REPLACE_EXISTING);
    try (RoleProcess party1 = RoleProcess.start("party", config)) {
      // The time that its JVM takes to start is not what is measured.
      party1.port();
      assertEquals(1, party1.exitCode());
      String line = party1.errors();
      assertTrue(line.startsWith("pascaline: ") && !line.contains("\n"), line);
      assertTrue(line.contains("different sharings"), line);
    }
    copyWhatWasMade();
  }

  @Test
  void shouldNameAPortThatIsTaken() throws IOException {
    Path config = sample("dealer.conf");
    try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      String text = Files.readString(config);
      Files.writeString(config, text.replace("127.0.0.1:0", "127.0.0.1:" + taken.getLocalPort()));

      CommandRun.of("dealer", "--config", config)
          .assertFault(1, "port " + taken.getLocalPort(), "taken");
    }
  }

  @Test
  void shouldNotServeFromAStateFolderInUseOrDamaged() throws Exception {
    Path config = sample("dealer.conf");
    Path state = folder.resolve("dealer.state");
    try (RoleProcess dealer = RoleProcess.start("dealer", config)) {
      dealer.port();
      CommandRun.of("dealer", "--config", config)
          .assertFault(1, "state-directory " + state + " is in use", "end the other process");
    }
    Files.write(state.resolve("watermark"), new byte[] {1, 2, 3});
    CommandRun.of("dealer", "--config", config)
        .assertFault(1, "watermark is damaged", "move the folder away");
  }

  @Test
  void shouldNotDealWithOneKeyForBothParties() throws IOException {
    Path config = sample("dealer.conf");
    Files.writeString(config, Files.readString(config).replace("party1.key", "party0.key"));

    CommandRun.of("dealer", "--config", config)
        .assertFault(1, "dealer.conf line", "same key", "keygen");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dealer", "party0", "party1", "client"})
  void shouldNotListenOnAWildcard(String role) throws IOException {
    Path config = sample(role + ".conf");
    Files.writeString(config, Files.readString(config).replace("127.0.0.1:0", "0.0.0.0:0"));

    String command = role.startsWith("party") ? "party" : role;
    Object[] images = {command, "--config", config, "--images", 1};
    CommandRun.of(role.equals("client") ? images : Arrays.copyOf(images, 3))
        .assertFault(1, role + ".conf line", "listen is '0.0.0.0:0'", "this machine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"party0", "client"})
  void shouldNameADealerAndPartiesThatDoNotAnswer(String role) throws IOException {
    // Held until the end, so that nobody else can listen there.
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      dealerPort = silent.getLocalPort();
      party0Port = dealerPort;
      party1Port = dealerPort;
      Path config = sample(role + ".conf");
      Files.writeString(config, Files.readString(config) + "\nconnect-timeout = 500ms\n");

      for (String command :
          role.equals("client") ? new String[] {"client", "bench"} : new String[] {"party"}) {
        CommandRun run = CommandRun.of(command, "--config", config);

        assertEquals(1, run.code(), run.err());
        assertTrue(run.err().contains("no answer from 127.0.0.1:" + dealerPort), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
      }
    }
  }

  @BeforeAll
  static void shareTheBundledModel() {
    CommandRun share = CommandRun.of("share", "--out", made).assertOk();
    for (String line :
        new String[] {
          "party0.share secret party 0, nobody else",
          "party1.share secret party 1, nobody else",
          "plan.bin public dealer and clients",
          "input.conf public clients"
        }) {
      assertTrue(share.out().replaceAll(" +", " ").contains(line), share.out());
    }
    CommandRun.of("keygen", "--all", made).assertOk();
  }

  @BeforeEach
  void copyWhatWasMade() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(made)) {
      for (Path file : files) {
        Files.copy(
            file,
            folder.resolve(file.getFileName()),
            StandardCopyOption.COPY_ATTRIBUTES,
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** Returns a sample with the ports that the roles have got. */
  private Path sample(String name) throws IOException {
    String own = "(?m)^listen = \"127\\.0\\.0\\.1:\\d+\"";
    String text =
        Files.readString(SAMPLES.resolve(name))
            .replaceAll(own, "listen = \"127.0.0.1:0\"")
            .replace(":40400", ":" + dealerPort)
            .replace(":40401", ":" + party0Port)
            .replace(":40402", ":" + party1Port);
    return Files.writeString(folder.resolve(name), text);
  }

  private JsonNode report(Object... command) throws IOException {
    Path json = folder.resolve(command[0] + ".json");
    Object[] args = new Object[command.length + 5];
    System.arraycopy(command, 0, args, 0, command.length);
    args[command.length] = "-q";
    args[command.length + 1] = "--images";
    args[command.length + 2] = IMAGE_COUNT;
    args[command.length + 3] = "--json";
    args[command.length + 4] = json;
    CommandRun.of(args).assertOk();
    return new ObjectMapper().readTree(json.toFile());
  }

  private static void assertCounts(String farewell, JsonNode embedded) {
    Matcher matcher = FAREWELL.matcher(farewell);
    assertTrue(matcher.find(), farewell);
    long inferences = Long.parseLong(matcher.group(1));
    long bytes = inferences * embedded.get("onlineBytesPlanned").asLong();
    assertTrue(inferences >= IMAGE_COUNT, farewell);
    assertEquals(
        inferences * embedded.get("roundsPlanned").asLong(), Long.parseLong(matcher.group(2)));
    assertEquals(bytes, Long.parseLong(matcher.group(3)));
    assertEquals(bytes, Long.parseLong(matcher.group(4)));
  }
}
