// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.cli.admin.AdminClient;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.testsupport.RightAnswers;
import io.pascaline.testsupport.SmallNetworks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Dealer and parties that serve several models, whose operators load, move and unload them. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class RolloutTest {
  /** Rollouts under load; more in the long form. */
  private static final int ROLLOUTS = Integer.getInteger("pascaline.rollouts", 2);

  /** Answers of a version before the next is rolled out. */
  private static final int ANSWERS = Integer.getInteger("pascaline.rollout.answers", 10);

  private static final int CLIENTS = 3;
  private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  /** What clients have seen. */
  private static final class Seen {
    private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    int answersOf(String version) {
      AtomicInteger count = answers.get(version);
      return count == null ? 0 : count.get();
    }
  }

  @Test
  void shouldFailNoRequestWhileVersionsMove() throws Exception {
    try (ModelsDeployment roles = new ModelsDeployment(folder)) {
      rollUnderLoad(roles, ROLLOUTS, 71);
    }
  }

  /** One rollout suffices here: {@code CellModelsTest} has several cells. */
  @Test
  void shouldFailNoRequestWhileVersionsMoveInACell() throws Exception {
    try (ModelsDeployment roles = ModelsDeployment.ofCell(folder)) {
      rollUnderLoad(roles, 1, 73);
      String metrics = roles.metricsOfGateway(0);
      assertTrue(metrics.contains("pascaline_cell_serving{cell=\"a\",model=\"small\""), metrics);
    }
  }

  /** Clients ask the parties of the cell directly, before and after versions move. */
  @Test
  void shouldFailNoRequestWhileVersionsMoveAtACellsOwnGateways() throws Exception {
    try (ModelsDeployment roles = ModelsDeployment.ofCellWithOwnGateways(folder)) {
      rollUnderLoad(roles, 1, 74);
    }
  }

  private static void rollUnderLoad(ModelsDeployment roles, int rollouts, long seed)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    List<FusedNetwork> networks = List.of(network(random), network(random));
    List<String> versions = new ArrayList<>();
    Map<String, RightAnswers> right = new ConcurrentHashMap<>();
    for (FusedNetwork network : networks) {
      String version = InferenceResult.version(network.plan());
      versions.add(version);
      right.put(version, new RightAnswers(network));
    }
    assertNotEquals(versions.get(0), versions.get(1), "seed " + seed);
    roles.addModel("v0", networks.get(0));
    roles.addModel("v1", networks.get(1));
    roles.start();
    roles.load("v0");
    roles.awaitReady(versions.get(0));
    Seen seen = new Seen();
    List<Thread> threads = new ArrayList<>();
    List<GatewayClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        GatewayClient client = roles.connect();
        clients.add(client);
        SplittableRandom own = random.split();
        Thread thread = new Thread(() -> ask(client, own, right, seen, seed));
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
      }
      for (int rollout = 0; rollout < rollouts; rollout++) {
        int now = rollout % 2;
        awaitAnswers(seen, versions.get(now));
        roles.awaitDirectAnswer();
        roll(roles, "v" + now, versions.get(now), "v" + (1 - now), versions.get(1 - now));
        seen.answers.remove(versions.get(now));
        awaitAnswers(seen, versions.get(1 - now));
        roles.awaitDirectAnswer();
      }
    } finally {
      threads.forEach(Thread::interrupt);
      for (Thread thread : threads) {
        thread.join(TimeUnit.SECONDS.toMillis(60));
      }
      clients.forEach(GatewayClient::close);
    }
    assertEquals(List.of(), List.copyOf(seen.faults), "seed " + seed);
    String last = versions.get(rollouts % 2);
    assertTrue(
        roles
            .metricsOf(0)
            .contains("pascaline_ready{model=\"small\",role=\"party0\",version=\"" + last),
        "the metrics have the model that was loaded last");
  }

  static FusedNetwork network(SplittableRandom random) {
    return SmallNetworks.residual(random, 3, 6, () -> List.of(image(random)));
  }

  static float[] image(SplittableRandom random) {
    return SmallNetworks.image(SmallNetworks.inputShape(6).elementCount(), random);
  }

  /** Asks without end; whatever is no right answer is a fault. */
  private static void ask(
      InferenceService client,
      SplittableRandom random,
      Map<String, RightAnswers> right,
      Seen seen,
      long seed) {
    while (!Thread.currentThread().isInterrupted()) {
      float[] image = image(random);
      try {
        InferenceResult result =
            client.infer(image).toCompletableFuture().get(60, TimeUnit.SECONDS);
        String fault = right.get(result.modelVersion()).faultOf(image, result.logitWords());
        if (fault != null) {
          seen.faults.add("seed " + seed + ": " + fault);
        }
        seen.answers
            .computeIfAbsent(result.modelVersion(), version -> new AtomicInteger())
            .incrementAndGet();
      } catch (InterruptedException e) {
        return;
      } catch (Exception e) {
        seen.faults.add(String.valueOf(e));
      }
    }
  }

  private static void awaitAnswers(Seen seen, String version) {
    ModelsDeployment.await(
        () -> seen.answersOf(version) >= ANSWERS || !seen.faults.isEmpty(),
        "answers of " + version);
    assertEquals(List.of(), List.copyOf(seen.faults));
  }

  /** As an operator does it. */
  static void roll(
      ModelsDeployment roles, String from, String fromVersion, String to, String toVersion) {
    roles.load(to);
    roles.awaitReady(toVersion);
    for (Path asked : roles.asked()) {
      command(asked, "default", "small:" + toVersion);
    }
    if (!roles.asked().equals(roles.parties())) {
      for (Path gateway : roles.asked()) {
        command(gateway, "unload", from);
      }
      for (Path party : roles.parties()) {
        command(party, "default", "small:" + toVersion);
      }
    }
    for (Path party : roles.parties()) {
      command(party, "unload", from);
    }
    command(roles.all().get(0), "unload", from);
    for (Path role : roles.all()) {
      JsonNode models = AdminClient.ask(role, "list", List.of(), COMMAND_TIMEOUT).get("models");
      assertEquals(1, models.size());
      assertEquals(toVersion, models.get(0).get("version").asText());
      boolean isDealer = role.equals(roles.all().get(0));
      assertEquals(!isDealer, models.get(0).get("default").asBoolean());
      assertFalse(models.toString().contains(fromVersion));
    }
  }

  private static JsonNode command(Path role, String command, String model) {
    return AdminClient.ask(role, command, List.of(model), COMMAND_TIMEOUT);
  }

  /** A party with more models than its peer and dealer serves what they share. */
  @Test
  void shouldServeWhatAllShare() throws Exception {
    SplittableRandom random = new SplittableRandom(72);
    FusedNetwork shared = network(random);
    FusedNetwork lone = network(random);
    String version = InferenceResult.version(shared.plan());
    String loneVersion = InferenceResult.version(lone.plan());
    try (ModelsDeployment roles = new ModelsDeployment(folder)) {
      roles.addModel("shared", shared);
      roles.addModel("lone", lone);
      roles.start();
      Path party0 = roles.parties().get(0);
      command(party0, "load", "lone");
      roles.load("shared");
      roles.awaitReady(version);
      // The first to be loaded is the default, and nobody else has it.
      CommandFault waits =
          assertThrows(CommandFault.class, () -> command(party0, "default", "lone"));
      assertTrue(waits.getMessage().contains("waits for dealer and party 1"), waits.line());
      command(party0, "default", "shared");
      try (GatewayClient client = roles.connect()) {
        float[] image = image(random);
        InferenceResult result =
            client.infer(image).toCompletableFuture().get(60, TimeUnit.SECONDS);
        assertEquals(version, result.modelVersion());
        assertEquals(null, new RightAnswers(shared).faultOf(image, result.logitWords()));
      }
      try (PrivateInferenceClient client =
          PrivateInferenceClient.fromConfig(roles.clientConfig("shared")).connect()) {
        float[] image = image(random);
        InferenceResult result =
            client.infer(image).toCompletableFuture().get(60, TimeUnit.SECONDS);
        assertEquals(null, new RightAnswers(shared).faultOf(image, result.logitWords()));
      }
      CommandFault isDefault =
          assertThrows(CommandFault.class, () -> command(party0, "unload", "shared"));
      assertTrue(isDefault.getMessage().contains("is the default"), isDefault.line());
      CommandFault isLoaded =
          assertThrows(CommandFault.class, () -> command(party0, "load", "shared"));
      assertTrue(isLoaded.getMessage().contains("is loaded already"), isLoaded.line());
      assertThrows(CommandFault.class, () -> command(party0, "load", "../shared"));
      // Who comes late makes it ready.
      command(roles.all().get(0), "load", "lone");
      command(roles.parties().get(1), "load", "lone");
      roles.awaitReady(loneVersion);
    }
  }

  /** What was the default stays so across a restart of a party. */
  @Test
  void shouldKeepTheDefaultAndItsStateAcrossARestart() throws Exception {
    SplittableRandom random = new SplittableRandom(73);
    FusedNetwork first = network(random);
    FusedNetwork second = network(random);
    String version = InferenceResult.version(second.plan());
    try (ModelsDeployment roles = new ModelsDeployment(folder)) {
      roles.addModel("a", first);
      roles.addModel("b", second);
      roles.start();
      roles.load("a");
      roles.load("b");
      roles.awaitReady(version);
      for (Path party : roles.parties()) {
        command(party, "default", "b");
      }
      roles.restartParty1();
      roles.awaitReady(version);
      try (GatewayClient client = roles.connect()) {
        float[] image = image(random);
        InferenceResult result =
            client.infer(image).toCompletableFuture().get(60, TimeUnit.SECONDS);
        assertEquals(version, result.modelVersion());
        assertEquals(null, new RightAnswers(second).faultOf(image, result.logitWords()));
      }
      RoleConfig config = RoleConfig.party(folder.resolve("party1.conf"));
      assertTrue(config.models().isPresent());
    }
  }
}
