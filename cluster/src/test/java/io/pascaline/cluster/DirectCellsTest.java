// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.gateway.Gateway;
import io.pascaline.testsupport.RightAnswers;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cells whose parties run gateways of their own, which clients ask directly. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class DirectCellsTest {
  private static final long ADDED_WITHIN_MS = 30_000;
  private static final int OK = 200;

  private static final int ANSWERS = 60;
  private static final int BEFORE_END = 40;

  private static final String PYTHON =
      """
      import json, sys
      from pascaline_client import PascalineClient
      asked = json.load(open(sys.argv[1]))
      client = PascalineClient(asked["gateways"], asked["tokens"], timeout_s=120)
      for i, values in enumerate(asked["inputs"]):
          if i == asked["pauseBefore"]:
              sys.stdin.readline()
          print(*client.infer(values).values, flush=True)
      """;

  private static final String JAVASCRIPT =
      """
      import {readFileSync} from "node:fs";
      import {PascalineClient} from "./pascaline.mjs";
      globalThis.crypto ??= (await import("node:crypto")).webcrypto;
      const {gateways, tokens, inputs, pauseBefore} = JSON.parse(readFileSync(process.argv[2]));
      const client = await PascalineClient.connect({gateways, tokens});
      for (const [i, values] of inputs.entries()) {
        if (i === pauseBefore) {
          await new Promise((resolve) => process.stdin.once("data", resolve));
        }
        console.log(...(await client.infer(values, {timeoutMs: 120000})).values);
      }
      process.exit(0);
      """;

  @TempDir private Path folder;

  private static void requireRight(Operators operators, GatewayClient client, int count) {
    RightAnswers right = new RightAnswers(operators.network);
    for (int i = 0; i < count; i++) {
      float[] input = operators.input();
      InferenceResult result = client.infer(input).toCompletableFuture().join();
      assertNull(right.faultOf(input, result.logitWords()));
    }
  }

  private static long direct(Operators.Cell cell, int party) {
    return cell.answeredByOwn(party, OK);
  }

  @Test
  void shouldAskTheGatewaysOfACellUnlessOnlyTheNamedOnesAreWanted() throws Exception {
    try (Operators operators = new Operators(folder, Optional.empty())) {
      Operators.Cell a = operators.addWithGateways("a", UnaryOperator.identity());
      operators.awaitServing(1);
      try (GatewayClient client =
          PrivateInferenceClient.overGateways(
                  operators.gateways.get(0).address(),
                  operators.token,
                  operators.gateways.get(1).address(),
                  operators.token)
              .namedGatewaysOnly()
              .connect()) {
        requireRight(operators, client, 10);
      }
      assertEquals(0, direct(a, 0) + direct(a, 1));

      try (GatewayClient client = operators.client()) {
        Operators.await(
            () -> {
              requireRight(operators, client, 1);
              return direct(a, 0) > 0;
            },
            "a direct request");
        long before = direct(a, 0);
        requireRight(operators, client, 20);
        assertEquals(20, direct(a, 0) - before);
        assertEquals(direct(a, 0), direct(a, 1));
      }
    }
  }

  @Test
  void shouldServeOnWhileCellsAreKilledAddedAndDrained() throws Exception {
    try (Operators operators = new Operators(folder, Optional.empty())) {
      Operators.Cell a = operators.addWithGateways("a", UnaryOperator.identity());
      Operators.Cell b = operators.addWithGateways("b", UnaryOperator.identity());
      operators.awaitServing(2);
      try (GatewayClient client = operators.client();
          Load load = new Load(operators, client, 6)) {
        Operators.await(() -> direct(a, 0) > 20 && direct(b, 0) > 20, "direct requests");

        a.kill();
        load.awaitFurther(60);

        long addedNs = System.nanoTime();
        Operators.Cell c = operators.addWithGateways("c", UnaryOperator.identity());
        Operators.await(() -> direct(c, 0) > 0, "a direct answer of the added cell");
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - addedNs);
        load.awaitFurther(30);
        System.out.println("the added cell answers directly after " + tookMs + " ms; " + load);
        assertTrue(tookMs < ADDED_WITHIN_MS, tookMs + " ms");

        b.close();
        long ofC = direct(c, 0);
        load.awaitFurther(30);
        load.end();
        assertTrue(direct(c, 0) > ofC, load::toString);
        assertEquals(List.of(), load.faults());
      }
    }
  }

  /** A client that cannot use what a cell announces goes over the named gateways. */
  @Test
  void shouldGoOverTheNamedGatewaysWhereItCannotGoDirectly() throws Exception {
    try (Operators operators = new Operators(folder, Optional.empty())) {
      URI of0 = operators.gateways.get(0).address();
      Operators.Cell none = operators.add("none");
      Operators.Cell closed =
          operators.addWithGateways("closed", own -> URI.create("http://127.0.0.1:1"));
      Operators.Cell foreign = operators.addWithGateways("foreign", own -> of0);
      operators.awaitServing(3);
      try (GatewayClient client = operators.client();
          Load load = new Load(operators, client, 3)) {
        Operators.await(
            () -> none.answered() > 5 && closed.answered() > 5 && foreign.answered() > 5,
            "answers of all cells");
        load.end();
        assertEquals(List.of(), load.faults());
      }
      for (int party = 0; party < 2; party++) {
        assertEquals(0, direct(closed, party) + direct(foreign, party));
      }
    }
  }

  /** The gateways of the cell's parties end while its parties serve on. */
  @ParameterizedTest
  @ValueSource(strings = {"python3", "node"})
  void shouldServeScriptsDirectlyAndThenOverTheNamedGateways(String language) throws Exception {
    assumeTrue(ScriptClient.isThere(language), "skipped: no " + language);
    try (Operators operators = new Operators(folder, Optional.empty())) {
      Operators.Cell a = operators.addWithGateways("a", UnaryOperator.identity());
      operators.awaitServing(1);
      ScriptClient client =
          new ScriptClient(
              language,
              language.equals("node") ? JAVASCRIPT : PYTHON,
              folder,
              operators,
              ANSWERS,
              BEFORE_END);
      try {
        client.readTo(BEFORE_END);
        assertTrue(direct(a, 0) > 0, client.errors());
        assertEquals(direct(a, 0), direct(a, 1));
        a.ownGateways.forEach(Gateway::close);
        client.goOn(BEFORE_END);
        client.readTo(ANSWERS);
        client.requireRight(operators.network, ANSWERS);
      } finally {
        client.process.destroyForcibly();
      }
    }
  }
}
