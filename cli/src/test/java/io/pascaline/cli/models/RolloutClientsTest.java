// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.gateway.Gateway;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.RightAnswers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Python and the JavaScript client, which ask without end while versions move. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class RolloutClientsTest {
  /** Answers of a version to each client before the next version is rolled out. */
  private static final int ANSWERS = 5;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Writes one line for each answer: which version, which input, and what the network says. */
  private static final String PYTHON =
      """
      import json, sys
      sys.path.insert(0, sys.argv[2])
      import pascaline_client as p
      with open(sys.argv[1]) as file:
          given = json.load(file)
      client = p.PascalineClient(given["gateways"], given["tokens"])
      while True:
          for i, image in enumerate(given["images"]):
              answer = client.infer(image)
              print(json.dumps([answer.description["version"], i, list(answer.values)]), flush=True)
      """;

  private static final String JAVA_SCRIPT =
      """
      import {readFileSync} from "node:fs";
      import {PascalineClient} from "./pascaline.mjs";
      globalThis.crypto ??= (await import("node:crypto")).webcrypto;
      const {gateways, tokens, images} = JSON.parse(readFileSync(process.argv[2]));
      const client = await PascalineClient.connect({gateways, tokens});
      for (;;) {
        for (const [i, image] of images.entries()) {
          const answer = await client.infer(image);
          const values = Array.from(answer.values);
          console.log(JSON.stringify([answer.description.version, i, values]));
        }
      }
      """;

  @TempDir private Path folder;

  private final List<Process> clients = new ArrayList<>();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
  private final Map<String, Checked> versions = new ConcurrentHashMap<>();
  private final List<float[]> images = new ArrayList<>();

  /** A version of the model. */
  private static final class Checked {
    private final RightAnswers right;
    private final double scale;

    Checked(FusedNetwork network) {
      right = new RightAnswers(network);
      NetworkPlan plan = network.plan();
      scale = Math.scalb((double) plan.outputLayer().outputDivisor(), plan.outputFractionBits());
    }

    synchronized String faultOf(float[] image, JsonNode values) {
      int[] words = new int[values.size()];
      for (int i = 0; i < words.length; i++) {
        words[i] = (int) Math.rint(values.get(i).asDouble() * scale);
      }
      return right.faultOf(image, words);
    }
  }

  @AfterEach
  void end() {
    clients.forEach(Process::destroyForcibly);
  }

  private static boolean isThere(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private void start(String name, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    clients.add(process);
    Thread thread = new Thread(() -> listen(name, process), name);
    thread.setDaemon(true);
    thread.start();
  }

  private void listen(String name, Process process) {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode answer = JSON.readTree(line);
        String version = answer.path(0).asText();
        String fault =
            versions.get(version).faultOf(images.get(answer.path(1).asInt()), answer.path(2));
        if (fault != null) {
          faults.add(name + ": " + fault);
        }
        answers.computeIfAbsent(name + version, key -> new AtomicInteger()).incrementAndGet();
      }
      faults.add(name + " has ended");
    } catch (IOException | RuntimeException e) {
      // What is no answer is what a client says when it ends.
      faults.add(name + ": " + e);
    }
  }

  private void awaitAnswers(List<String> names, String version) {
    ModelsDeployment.await(
        () ->
            !faults.isEmpty()
                || names.stream()
                    .map(name -> answers.getOrDefault(name + version, new AtomicInteger()))
                    .allMatch(count -> count.get() >= ANSWERS),
        "answers of " + version);
    assertEquals(List.of(), List.copyOf(faults));
  }

  private List<String> startClients(ModelsDeployment roles) throws Exception {
    Path given =
        Files.writeString(
            folder.resolve("given.json"),
            JSON.writeValueAsString(
                Map.of(
                    "gateways", List.of(roles.gateway(0).toString(), roles.gateway(1).toString()),
                    "tokens", List.of(roles.token(0), roles.token(1)),
                    "images", images)));
    List<String> names = new ArrayList<>();
    if (isThere("python3", "--version")) {
      Path module = Path.of("..", "docs", "examples", "python").toAbsolutePath();
      names.add("Python");
      start("Python", "python3", "-c", PYTHON, given.toString(), module.toString());
    }
    if (isThere("node", "-e", "process.exit(typeof fetch === 'function' ? 0 : 1)")) {
      Path script = Files.writeString(folder.resolve("rollout.mjs"), JAVA_SCRIPT);
      try (InputStream module = Gateway.class.getResourceAsStream("web/pascaline.js")) {
        Files.copy(module, folder.resolve("pascaline.mjs"));
      }
      names.add("JavaScript");
      start("JavaScript", "node", script.toString(), given.toString());
    }
    return names;
  }

  @Test
  void shouldAskTheNewVersionWithoutOneFailedRequest() throws Exception {
    SplittableRandom random = new SplittableRandom(76);
    List<FusedNetwork> networks = List.of(RolloutTest.network(random), RolloutTest.network(random));
    List<String> names = new ArrayList<>();
    for (FusedNetwork network : networks) {
      String version = InferenceResult.version(network.plan());
      names.add(version);
      versions.put(version, new Checked(network));
    }
    for (int i = 0; i < 4; i++) {
      images.add(RolloutTest.image(random));
    }
    try (ModelsDeployment roles = new ModelsDeployment(folder)) {
      roles.addModel("v0", networks.get(0));
      roles.addModel("v1", networks.get(1));
      roles.start();
      roles.load("v0");
      roles.awaitReady(names.get(0));
      List<String> asking = startClients(roles);
      assumeTrue(!asking.isEmpty(), "skipped: neither python3 nor node");
      awaitAnswers(asking, names.get(0));
      RolloutTest.roll(roles, "v0", names.get(0), "v1", names.get(1));
      awaitAnswers(asking, names.get(1));
      clients.forEach(Process::destroyForcibly);
    }
  }
}
