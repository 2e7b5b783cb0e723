// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.RightAnswers;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clients for Python and JavaScript find their cells, and another one if theirs is killed. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class ScriptClientsTest {
  private static final int ANSWERS = 24;
  private static final int BEFORE_KILL = 8;

  private static final String PYTHON =
      """
      import json, sys
      from pascaline_client import PascalineClient
      asked = json.load(open(sys.argv[1]))
      client = PascalineClient(asked["gateways"], asked["tokens"], timeout_s=120)
      for values in asked["inputs"]:
          print(*client.infer(values).values, flush=True)
      """;

  private static final String JAVASCRIPT =
      """
      import {readFileSync} from "node:fs";
      import {PascalineClient} from "./pascaline.mjs";
      globalThis.crypto ??= (await import("node:crypto")).webcrypto;
      const {gateways, tokens, inputs} = JSON.parse(readFileSync(process.argv[2]));
      const client = await PascalineClient.connect({gateways, tokens});
      for (const values of inputs) {
        console.log(...(await client.infer(values, {timeoutMs: 120000})).values);
      }
      process.exit(0);
      """;

  @TempDir private Path folder;

  private List<String> command(String language) throws IOException {
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
    assumeTrue(isThere(language), "skipped: no " + language);
    try (Operators operators = new Operators(folder, Optional.empty())) {
      List<Operators.Cell> cells = List.of(operators.add("a"), operators.add("b"));
      operators.awaitServing(2);
      List<float[]> inputs = Stream.generate(operators::input).limit(ANSWERS).toList();
      Path asked =
          Files.writeString(
              folder.resolve("asked.json"),
              "{\"gateways\": "
                  + json(operators.gateways.stream().map(g -> "\"" + g.address() + "\""))
                  + ", \"tokens\": "
                  + json(Stream.of(operators.token, operators.token).map(t -> "\"" + t + "\""))
                  + ", \"inputs\": "
                  + json(inputs.stream().map(Arrays::toString))
                  + "}");
      List<String> command = new ArrayList<>(command(language));
      command.add(asked.toString());
      Path errors = folder.resolve("stderr");
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      List<String> lines = new ArrayList<>();
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          lines.add(line);
          if (lines.size() == BEFORE_KILL) {
            assertTrue(cells.get(0).answered() > 0, "nothing was assigned to a");
            cells.get(0).kill();
          }
        }
      }
      assertEquals(ANSWERS, lines.size(), Files.readString(errors));
      assertEquals(0, process.waitFor(), Files.readString(errors));
      RightAnswers right = new RightAnswers(operators.network);
      for (int i = 0; i < ANSWERS; i++) {
        assertNull(right.faultOf(inputs.get(i), words(operators.plan(), lines.get(i))), language);
      }
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
