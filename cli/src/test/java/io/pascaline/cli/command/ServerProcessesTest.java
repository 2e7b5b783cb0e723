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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The files of docs/samples/as-party: a server, its dealer and a client that is party 1. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ServerProcessesTest {
  private static final Path SAMPLES = Path.of("..", "docs", "samples", "as-party");
  private static final int IMAGE_COUNT = Integer.getInteger("pascaline.images", 10);

  @TempDir private Path folder;

  private int dealerPort;
  private int serverPort;

  @BeforeEach
  void make() {
    CommandRun.of("share", "--visibility", "owned", "--out", folder).assertOk();
    CommandRun.of("keygen", "--all", folder).assertOk();
  }

  private Path sample(String name) throws IOException {
    String text =
        Files.readString(SAMPLES.resolve(name))
            .replace("127.0.0.1:40400", "127.0.0.1:" + dealerPort)
            .replace("127.0.0.1:40401", "127.0.0.1:" + serverPort);
    return Files.writeString(folder.resolve(name), text);
  }

  private JsonNode report(Object... command) throws IOException {
    Path json = folder.resolve("report.json");
    Object[] more = {"-q", "--images", IMAGE_COUNT, "--latency-images", 2, "--json", json};
    Object[] all = new Object[command.length + more.length];
    System.arraycopy(command, 0, all, 0, command.length);
    System.arraycopy(more, 0, all, command.length, more.length);
    CommandRun.of(all).assertOk();
    return new ObjectMapper().readTree(json.toFile());
  }

  @Test
  void shouldPredictWhatTheEmbeddedRunPredicts() throws Exception {
    try (RoleProcess dealer = RoleProcess.start("dealer", sample("dealer.conf"))) {
      dealerPort = dealer.port();
      try (RoleProcess server = RoleProcess.start("server", sample("server.conf"))) {
        serverPort = server.port();
        assertTrue(server.announcement().contains("MUSE, SIMC"), server.announcement());

        JsonNode remote =
            report("client", "--as-party", "--config", sample("client.conf"), "--model", "bundled");

        JsonNode embedded = report("infer", "--visibility", "owned");
        assertEquals(embedded.get("predictions"), remote.get("predictions"));
        assertEquals(1.0, remote.get("agreement").asDouble());
        assertTrue(remote.get("countsEqualPlan").asBoolean(), remote::toString);
        assertEquals(embedded.get("rounds"), remote.get("rounds"));
        assertEquals(0, remote.get("offlineBytesDealt").asLong());
        assertTrue(remote.get("trustModel").asText().contains("MUSE, SIMC"));
        assertTrue(remote.get("deployment").asText().contains("client as party 1"));
        assertFollowsTheQuotaOfItsFile();
        JsonNode party = remote.get("parties").get(0);
        assertEquals(1, party.get("party").asInt());
        assertEquals(0, party.get("inputShareBytes").asLong());

        String farewell = server.farewell();
        assertTrue(farewell.startsWith("server ends after "), farewell);
        long inferences = Long.parseLong(farewell.split(" ")[3]);
        assertTrue(inferences >= IMAGE_COUNT, farewell);
        long sent = remote.get("onlineBytesPlannedByParty").get(0).asLong();
        assertTrue(farewell.contains("online " + inferences * sent + " B sent"), farewell);
      }
    }
  }

  private void assertFollowsTheQuotaOfItsFile() throws IOException {
    Path config = sample("server.conf");
    Files.writeString(config, Files.readString(config) + "client.requests-per-second = 5\n");
    CommandRun reload = CommandRun.of("reload", "--config", config).assertOk();
    assertTrue(reload.out().contains("at most 5 requests per second each"), reload.out());
    Files.writeString(config, Files.readString(config) + "max-queued = 5\n");
    CommandRun.of("reload", "--config", config).assertFault(1, "max-queued");
  }

  @Test
  void shouldRefuseWhatDoesNotFit() throws Exception {
    dealerPort = 9;
    serverPort = 9;
    Path config = sample("client.conf");
    Path shared = folder.resolve("shared");
    CommandRun.of("share", "--out", shared).assertOk();
    Files.writeString(
        config, Files.readString(config).replace("\"plan.bin\"", "\"shared/plan.bin\""));
    CommandRun.of("client", "-q", "--as-party", "--config", config, "--images", 1)
        .assertFault(1, "has weights that are shared", "--visibility owned");

    Path server = sample("server.conf");
    Files.writeString(server, Files.readString(server) + "insecure = true\n");
    CommandRun.of("server", "-q", "--config", server).assertFault(1, "insecure", "take it out");

    Path other = sample("server.conf");
    Files.writeString(
        other, Files.readString(other).replace("\"party0.share\"", "\"party1.share\""));
    CommandRun.of("server", "-q", "--config", other).assertFault(1, "not that of a party 0");
  }
}
