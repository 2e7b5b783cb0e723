// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.layers.plan.NetworkPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server of the bundled network and its dealer, one JVM each, and many clients that are party 1:
 * idle ones in one JVM, and others as processes. More of them with {@code -Dpascaline.long=true}.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ServerClientsTest {
  private static final boolean LONG = Boolean.getBoolean("pascaline.long");
  private static final int IDLE = LONG ? 200 : 8;
  private static final int PROCESSES = Integer.getInteger("pascaline.pairs", LONG ? 20 : 3);
  private static final int IMAGES = 5;
  private static final int WITHIN_S = LONG ? 900 : 300;

  /** Of a link, its sessions and its actors, however many layers the network has. */
  private static final int LINK_BYTES = 48 << 10;

  /** Of a layer: its actor, and which of its numbers are used. */
  private static final int LAYER_BYTES = 3 << 10;

  /** No idle client takes a larger part of one copy of the weights. */
  private static final int PART_OF_WEIGHTS = 3;

  /** Many nodes wait for few cores: none may take another one for lost. */
  private static final String SETTINGS =
      "log-format = text\nconnect-timeout = 5m\naudit = off\n"
          + (LONG ? "peer-timeout = 60s\n" : "");

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private static Path folder;

  private static final List<RoleProcess> RUNNING = new ArrayList<>();
  private static DeploymentFiles files;
  private static RoleProcess server;

  @BeforeAll
  static void start() throws Exception {
    files =
        DeploymentFiles.writeBundledWithServer(
            folder, 1 + IDLE + PROCESSES, SETTINGS, "precomputed-correlations = 1\n");
    start(Member.DEALER);
    server = start(Member.PARTY_0);
  }

  private static RoleProcess start(Member member) throws Exception {
    RoleProcess role =
        RoleProcess.start(files, member, RoleProcess.CLASS_PATH, List.of("-Xmx2g"), line -> {});
    RUNNING.add(role);
    return role;
  }

  @AfterAll
  static void end() throws Exception {
    for (int i = RUNNING.size() - 1; i >= 0; i--) {
      RUNNING.get(i).end();
    }
  }

  @Test
  void shouldKeepLittleForAnIdleClient() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch all = new CountDownLatch(1 + IDLE);
    RoleProcess clients =
        RoleProcess.start(
            "idle",
            folder,
            RoleProcess.CLASS_PATH,
            List.of("-Xmx3g"),
            line -> {
              first.countDown();
              all.countDown();
            },
            IdleClients.class.getName());
    RUNNING.add(clients);
    clients.tell(files.clientConfig(0).toString());
    assertTrue(first.await(WITHIN_S, TimeUnit.SECONDS), clients::errors);
    long beforeBytes = server.heapBytesAfterCollection();

    for (int client = 1; client <= IDLE; client++) {
      clients.tell(files.clientConfig(client).toString());
    }
    assertTrue(all.await(WITHIN_S, TimeUnit.SECONDS), clients::errors);
    long eachBytes = (server.heapBytesAfterCollection() - beforeBytes) / IDLE;

    NetworkPlan plan = NetworkPlan.decode(Files.readAllBytes(folder.resolve("plan.bin")));
    System.out.printf(
        "%d idle clients: %,d B of the server's heap each; the weights have %,d B%n",
        IDLE, eachBytes, plan.costs().setup().by(0));
    assertTrue(
        eachBytes <= LINK_BYTES + (long) plan.layers().size() * LAYER_BYTES,
        "an idle client takes " + eachBytes + " B");
    assertTrue(
        eachBytes <= plan.costs().setup().by(0) / PART_OF_WEIGHTS,
        "an idle client takes " + eachBytes + " B");
  }

  @Test
  void shouldAnswerClientsInProcessesAsTheEmbeddedServiceDoes() throws Exception {
    List<RoleProcess> clients = new ArrayList<>();
    for (int client = 0; client < PROCESSES; client++) {
      int index = 1 + IDLE + client;
      RoleProcess process =
          RoleProcess.start(
              files.clientName(index),
              folder,
              RoleProcess.CLASS_PATH,
              List.of("-Xmx64m"),
              line -> {},
              asking(
                  report(client),
                  "io.pascaline.cli.Pascaline",
                  "client",
                  "--as-party",
                  "--config",
                  files.clientConfig(index).toString()));
      clients.add(process);
      RUNNING.add(process);
    }
    Path embedded = folder.resolve("embedded.json");
    DeploymentFiles.command(asking(embedded, "infer", "--visibility", "owned"));

    for (int client = 0; client < PROCESSES; client++) {
      RoleProcess process = clients.get(client);
      assertEquals(0, process.exitCode(WITHIN_S), process::errors);
      assertEquals(predictions(embedded), predictions(report(client)));
    }
  }

  private static Path report(int client) {
    return folder.resolve("report-" + client + ".json");
  }

  private static String[] asking(Path report, String... command) {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(List.of("-q", "--images", Integer.toString(IMAGES), "--latency-images", "2"));
    words.addAll(List.of("--json", report.toString()));
    return words.toArray(String[]::new);
  }

  private static JsonNode predictions(Path report) throws Exception {
    JsonNode predictions = new ObjectMapper().readTree(report.toFile()).get("predictions");
    assertEquals(IMAGES, predictions.size());
    return predictions;
  }
}
