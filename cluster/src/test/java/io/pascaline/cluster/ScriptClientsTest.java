// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.RightAnswers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The clients for Python and JavaScript find their cells, and another one if theirs is killed: one
 * cell dies under all of them. Each of them meets the dead cell: to its client, the gateway seems
 * to assign that cell until a request to it has failed, as a gateway does that has not found it
 * out.
 */
class ScriptClientsTest {
  private static final int ANSWERS = 24;
  private static final int BEFORE_KILL = 8;

  private static final String KILLED = "a";

  private static final String PYTHON =
      """
      import json, sys
      from pascaline_client import PascalineClient, PascalineError
      asked = json.load(open(sys.argv[1]))
      class ClientOfLateGateways(PascalineClient):
          is_late = False
          failed = 0
          def _exchange(self, connection, party, method, path, limit, body=None, headers=None):
              try:
                  data, cell = super()._exchange(
                      connection, party, method, path, limit, body, headers)
              except PascalineError as fault:
                  if fault.status == 503 and headers.get("Pascaline-Cell") == asked["killed"]:
                      self.failed += 1
                      self.is_late = False
                  raise
              if self.is_late:
                  if path.endswith(":assign"):
                      data = json.dumps({"cell": asked["killed"]})
                  cell = asked["killed"]
              return data, cell
      client = ClientOfLateGateways(asked["gateways"], asked["tokens"], timeout_s=120)
      for i, values in enumerate(asked["inputs"]):
          if i == asked["pauseBefore"]:
              sys.stdin.readline()
              client.is_late = True
          print(*client.infer(values).values, flush=True)
      print(client.failed, flush=True)
      """;

  private static final String JAVASCRIPT =
      """
      import {readFileSync} from "node:fs";
      import {PascalineClient} from "./pascaline.mjs";
      globalThis.crypto ??= (await import("node:crypto")).webcrypto;
      const {gateways, tokens, inputs, pauseBefore, killed} =
        JSON.parse(readFileSync(process.argv[2]));
      let isLate = false;
      let failed = 0;
      const send = globalThis.fetch;
      globalThis.fetch = async (url, options) => {
        const response = await send(url, options);
        if (response.status === 503 && options.headers["Pascaline-Cell"] === killed) {
          failed++;
          isLate = false;
        }
        if (!isLate || !response.ok) {
          return response;
        }
        const body = url.endsWith(":assign") ? JSON.stringify({cell: killed}) : response.body;
        return new Response(body, {headers: {"Pascaline-Next-Cell": killed}});
      };
      const client = await PascalineClient.connect({gateways, tokens});
      for (const [i, values] of inputs.entries()) {
        if (i === pauseBefore) {
          await new Promise((resolve) => process.stdin.once("data", resolve));
          isLate = true;
        }
        console.log(...(await client.infer(values, {timeoutMs: 120000})).values);
      }
      console.log(failed);
      process.exit(0);
      """;

  /** What is asked in each language that this machine has. */
  private static final Map<String, Client> CLIENTS = new HashMap<>();

  private static FusedNetwork network;

  /**
   * A script that asks, and waits for a line before it asks on. Its last line is how many requests
   * to the killed cell have failed.
   */
  private static final class Client {
    private final List<float[]> inputs;
    private final Path errors;
    private final Process process;
    private final BufferedReader out;
    private final List<String> lines = new ArrayList<>();

    Client(String language, Path folder, Operators operators) throws IOException {
      inputs = Stream.generate(operators::input).limit(ANSWERS).toList();
      Path asked =
          Files.writeString(
              folder.resolve("asked.json"),
              "{\"gateways\": "
                  + json(operators.gateways.stream().map(g -> "\"" + g.address() + "\""))
                  + ", \"tokens\": "
                  + json(Stream.of(operators.token, operators.token).map(t -> "\"" + t + "\""))
                  + ", \"pauseBefore\": "
                  + BEFORE_KILL
                  + ", \"killed\": \""
                  + KILLED
                  + "\", \"inputs\": "
                  + json(inputs.stream().map(Arrays::toString))
                  + "}");
      List<String> command = new ArrayList<>(command(language, folder));
      command.add(asked.toString());
      errors = folder.resolve("stderr");
      process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      out = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Reads up to so many lines in all; fewer if the script has ended. */
    void readTo(int count) throws IOException {
      while (lines.size() < count) {
        String line = out.readLine();
        if (line == null) {
          return;
        }
        lines.add(line);
      }
    }

    void goOn() throws IOException {
      assertEquals(BEFORE_KILL, lines.size(), Files.readString(errors));
      try (OutputStream in = process.getOutputStream()) {
        in.write('\n');
      }
    }
  }

  @BeforeAll
  @Timeout(value = 240, unit = TimeUnit.SECONDS)
  static void killACellUnderAllClients(@TempDir Path folder) throws Exception {
    try (Operators operators = new Operators(folder, Optional.empty())) {
      network = operators.network;
      List<Operators.Cell> cells = List.of(operators.add(KILLED), operators.add("b"));
      operators.awaitServing(2);
      for (String language : List.of("python3", "node")) {
        if (isThere(language)) {
          Path own = Files.createDirectory(folder.resolve(language));
          CLIENTS.put(language, new Client(language, own, operators));
        }
      }
      assumeTrue(!CLIENTS.isEmpty(), "skipped: neither python3 nor node");
      for (Client client : CLIENTS.values()) {
        client.readTo(BEFORE_KILL);
      }
      assertTrue(cells.get(0).answered() > 0, "nothing was assigned to it");
      cells.get(0).kill();
      for (Client client : CLIENTS.values()) {
        client.goOn();
      }
      for (Client client : CLIENTS.values()) {
        client.readTo(ANSWERS + 1);
        client.process.waitFor();
      }
    } finally {
      CLIENTS.values().forEach(client -> client.process.destroyForcibly());
    }
  }

  private static List<String> command(String language, Path folder) throws IOException {
    Path project = Path.of("..").toAbsolutePath().normalize();
    if (language.equals("python3")) {
      Files.copy(
          project.resolve("docs/examples/python/pascaline_client.py"),
          folder.resolve("pascaline_client.py"));
      return List.of(
          language, "-B", Files.writeString(folder.resolve("ask.py"), PYTHON).toString());
    }
    Files.copy(
        project.resolve("gateway/src/main/resources/io/pascaline/gateway/web/pascaline.js"),
        folder.resolve("pascaline.mjs"));
    return List.of(language, Files.writeString(folder.resolve("ask.mjs"), JAVASCRIPT).toString());
  }

  private static boolean isThere(String language) throws InterruptedException {
    try {
      return new ProcessBuilder(language, "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String json(Stream<String> parts) {
    return parts.toList().toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"python3", "node"})
  void shouldRetryAtAnotherCell(String language) throws Exception {
    Client client = CLIENTS.get(language);
    assumeTrue(client != null, "skipped: no " + language);
    String errors = Files.readString(client.errors);
    assertEquals(ANSWERS + 1, client.lines.size(), errors);
    int failed = Integer.parseInt(client.lines.get(ANSWERS));
    assertTrue(failed > 0, language + " has sent the killed cell nothing");
    assertEquals(0, client.process.exitValue(), errors);
    RightAnswers right = new RightAnswers(network);
    for (int i = 0; i < ANSWERS; i++) {
      int[] words = words(network.plan(), client.lines.get(i));
      assertNull(right.faultOf(client.inputs.get(i), words), language);
    }
  }

  /** Returns the words that a client made its values of. */
  private static int[] words(NetworkPlan plan, String line) {
    double unit = Math.scalb(1.0, -plan.outputFractionBits()) / plan.outputLayer().outputDivisor();
    return Arrays.stream(line.split(" "))
        .mapToInt(value -> (int) Math.round(Double.parseDouble(value) / unit))
        .toArray();
  }
}
