// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs scripts by Node.js that ask by the JavaScript client. */
final class NodeScripts {
  private static final String HOSTILE_GATEWAYS =
      """
      import assert from "node:assert/strict";
      import {createServer} from "node:http";
      import {getEventListeners} from "node:events";
      import {PascalineClient, PascalineError} from "./pascaline.mjs";
      globalThis.crypto ??= (await import("node:crypto")).webcrypto;

      const description = {
        name: "m", version: "v", planDigest: "00", ringBits: 32, labels: [],
        input: {elementCount: 1, wordCount: 1, fractionBits: 8, encodableLimit: 1000,
                rangeLimits: [100]},
        output: {wordCount: 1, elementCount: 1, fractionBits: 0, divisor: 1, maxMagnitude: 2 ** 31,
                 classCount: 0},
      };
      const servers = [];
      const fine = (response) => response.end(Buffer.alloc(4));
      const refuse = (body, status = 400) => (response) => {
        response.writeHead(status);
        response.end(body);
      };
      async function gateway(party, post, get) {
        const server = createServer((request, response) => {
          const chunks = [];
          request.on("data", (chunk) => chunks.push(chunk));
          request.on("end", () => {
            response.body = Buffer.concat(chunks);
            if (request.method === "POST") {
              post(response);
            } else if (get) {
              get(response);
            } else {
              response.end(JSON.stringify({
                "/v1/gateway": {party},
                "/v1/models": {models: [{name: "m"}]},
              }[request.url] ?? description));
            }
          });
        });
        servers.push(server);
        await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
        return `http://127.0.0.1:${server.address().port}`;
      }
      async function client(post, get, more = {}) {
        const gateways = [await gateway(0, fine), await gateway(1, post, get)];
        return PascalineClient.connect({gateways, tokens: ["a", "b"], ...more});
      }
      async function fault(action) {
        try {
          await action();
        } catch (error) {
          assert.ok(error instanceof PascalineError, String(error));
          assert.ok(!error.message.includes("\\n"));
          return error;
        }
        throw new Error("no fault");
      }
      async function inferenceFault(post, options) {
        const asked = await client(post);
        return fault(() => asked.infer([1], options));
      }
      """;

  private final Path folder;

  /**
   * Copies the client to a folder; skips the test where there is no Node.js.
   *
   * @param folder of the scripts
   */
  NodeScripts(Path folder) throws Exception {
    this.folder = folder;
    boolean isThere;
    try {
      isThere = run("process.exit(typeof fetch === 'function' ? 0 : 1)").isEmpty();
    } catch (IOException | AssertionError e) {
      isThere = false;
    }
    assumeTrue(isThere, "skipped: no node of version 18 or later (Debian: apt-get install nodejs)");
    try (InputStream module = NodeScripts.class.getResourceAsStream("web/pascaline.js")) {
      // By its ending Node.js knows that it is a module.
      Files.copy(module, folder.resolve("pascaline.mjs"));
    }
  }

  private String run(String script) throws Exception {
    Path file = Files.writeString(folder.resolve("test.mjs"), script);
    Process process =
        new ProcessBuilder(List.of("node", file.toString())).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "node has not ended");
    assertEquals(0, process.exitValue(), out);
    return out;
  }

  /** Runs a script after the definition of gateways that misbehave; it must print nothing. */
  void assertRuns(String script) throws Exception {
    String end = "servers.forEach((server) => server.close()); process.exit(0);";
    assertEquals("", run(HOSTILE_GATEWAYS + script + end));
  }
}
