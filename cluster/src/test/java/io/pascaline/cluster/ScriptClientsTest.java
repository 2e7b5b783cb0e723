// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.layers.compile.FusedNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
      killed = "a"
      class ClientOfLateGateways(PascalineClient):
          is_late = False
          failed = 0
          def _exchange(self, connection, party, method, path, limit, body=None, headers=None):
              try:
                  data, cell = super()._exchange(
                      connection, party, method, path, limit, body, headers)
              except PascalineError as fault:
                  if fault.status == 503 and headers.get("Pascaline-Cell") == killed:
                      self.failed += 1
                      self.is_late = False
                  raise
              if self.is_late:
                  if path.endswith(":assign"):
                      data = json.dumps({"cell": killed})
                  cell = killed
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
      const killed = "a";
      const {gateways, tokens, inputs, pauseBefore} = JSON.parse(readFileSync(process.argv[2]));
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
  private static final Map<String, ScriptClient> CLIENTS = new HashMap<>();

  private static FusedNetwork network;

  @BeforeAll
  @Timeout(value = 240, unit = TimeUnit.SECONDS)
  static void killACellUnderAllClients(@TempDir Path folder) throws Exception {
    try (Operators operators = new Operators(folder, Optional.empty())) {
      network = operators.network;
      List<Operators.Cell> cells = List.of(operators.add(KILLED), operators.add("b"));
      operators.awaitServing(2);
      for (String language : List.of("python3", "node")) {
        if (ScriptClient.isThere(language)) {
          CLIENTS.put(
              language,
              new ScriptClient(
                  language,
                  language.equals("node") ? JAVASCRIPT : PYTHON,
                  Files.createDirectory(folder.resolve(language)),
                  operators,
                  ANSWERS,
                  BEFORE_KILL));
        }
      }
      assumeTrue(!CLIENTS.isEmpty(), "skipped: neither python3 nor node");
      for (ScriptClient client : CLIENTS.values()) {
        client.readTo(BEFORE_KILL);
      }
      assertTrue(cells.get(0).answered() > 0, "nothing was assigned to it");
      cells.get(0).kill();
      for (ScriptClient client : CLIENTS.values()) {
        client.goOn(BEFORE_KILL);
      }
      for (ScriptClient client : CLIENTS.values()) {
        client.readTo(ANSWERS + 1);
        client.process.waitFor();
      }
    } finally {
      CLIENTS.values().forEach(client -> client.process.destroyForcibly());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"python3", "node"})
  void shouldRetryAtAnotherCell(String language) throws Exception {
    ScriptClient client = CLIENTS.get(language);
    assumeTrue(client != null, "skipped: no " + language);
    client.requireRight(network, ANSWERS);
    String errors = client.errors();
    assertEquals(ANSWERS + 1, client.lines.size(), errors);
    int failed = Integer.parseInt(client.lines.get(ANSWERS));
    assertTrue(failed > 0, language + " has sent the killed cell nothing");
    assertEquals(0, client.process.exitValue(), errors);
  }
}
