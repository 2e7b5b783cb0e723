package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The files of docs/samples, one JVM per role, UDP on loopback; ports are whatever is free. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class SeparateProcessesTest {
  private static final Path SAMPLES = Path.of("..", "docs", "samples");
  private static final Pattern FAREWELL =
      Pattern.compile(
          "ends after (\\d+) inferences: online (\\d+) exchanges, (\\d+) B sent, (\\d+)");
  private static final int IMAGE_COUNT = 10;

  @TempDir private Path folder;

  private int dealerPort;
  private int party0Port;
  private int party1Port;

  @Test
  void shouldPredictWhatTheEmbeddedRunPredicts() throws IOException {
    try (RoleProcess dealer = RoleProcess.start("dealer", sample("dealer.conf"))) {
      dealerPort = dealer.port();
      try (RoleProcess party0 = RoleProcess.start("party", sample("party0.conf"))) {
        party0Port = party0.port();
        try (RoleProcess party1 = RoleProcess.start("party", sample("party1.conf"))) {
          party1Port = party1.port();

          JsonNode remote =
              report("client", "--config", sample("client.conf"), "--model", "bundled");
          JsonNode embedded = report("infer");

          assertEquals(embedded.get("predictions"), remote.get("predictions"));
          assertEquals(embedded.get("accuracy"), remote.get("accuracy"));
          assertEquals(1.0, remote.get("agreement").asDouble());
          assertCounts(party0.farewell(), embedded);
          assertCounts(party1.farewell(), embedded);
        }
      }
    }
  }

  @Test
  void shouldEndAPartyWhoseHalfIsOfAnotherSharing() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    CommandRun.of("share", "--out", other).assertOk();
    Files.copy(
        other.resolve("party1.share"),
        folder.resolve("party1.share"),
        StandardCopyOption.REPLACE_EXISTING);
    try (RoleProcess dealer = RoleProcess.start("dealer", sample("dealer.conf"))) {
      dealerPort = dealer.port();
      try (RoleProcess party0 = RoleProcess.start("party", sample("party0.conf"))) {
        party0Port = party0.port();
        try (RoleProcess party1 = RoleProcess.start("party", sample("party1.conf"))) {
          assertEquals(1, party1.exitCode());
          String line = party1.errors();
          assertTrue(line.startsWith("pascaline: ") && !line.contains("\n"), line);
          assertTrue(line.contains("different sharings"), line);
        }
      }
    }
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
  void shouldNameADealerAndPartiesThatAreNotThere() throws IOException {
    try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      dealerPort = free.getLocalPort();
    }
    party0Port = dealerPort;
    party1Port = dealerPort;
    for (String role : new String[] {"party", "client"}) {
      Path config = sample(role.equals("party") ? "party0.conf" : "client.conf");
      Files.writeString(config, Files.readString(config) + "\nconnect-timeout = 500ms\n");

      CommandRun run = CommandRun.of(role, "--config", config);

      assertEquals(1, run.code(), run.err());
      assertTrue(run.err().contains("no answer from 127.0.0.1:" + dealerPort), run.err());
      assertEquals(1, run.err().lines().count(), run.err());
    }
  }

  @BeforeEach
  void shareTheBundledModel() {
    CommandRun.of("share", "--out", folder).assertOk();
    for (String key : new String[] {"dealer-party0.key", "dealer-party1.key"}) {
      CommandRun.of("keygen", "--out", folder.resolve(key)).assertOk();
    }
  }

  /** A sample with the ports that the roles have got. */
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
        inferences * embedded.get("exchangesPlanned").asLong(), Long.parseLong(matcher.group(2)));
    assertEquals(bytes, Long.parseLong(matcher.group(3)));
    assertEquals(bytes, Long.parseLong(matcher.group(4)));
  }
}
