// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.gateway.GatewayCounters;
import io.pascaline.testsupport.RightAnswers;
import io.pascaline.transport.link.AbortReason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two operators with cells in two clusters, under load: none of its requests may fail. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class CellsTest {
  private static final long ADDED_WITHIN_MS = 30_000;
  private static final int AT_A_TIME = 8;

  @TempDir private Path folder;

  @Test
  void shouldAnswerAtEveryCell() throws Exception {
    try (Operators operators = new Operators(folder, Optional.empty())) {
      Operators.Cell a = operators.add("a");
      Operators.Cell b = operators.add("b");
      operators.awaitServing(2);
      RightAnswers right = new RightAnswers(operators.network);
      try (GatewayClient client = operators.client()) {
        for (int i = 0; i < 20; i++) {
          float[] input = operators.input();
          InferenceResult result = client.infer(input).toCompletableFuture().join();
          assertNull(right.faultOf(input, result.logitWords()));
        }
      }
      assertEquals(20, a.answered() + b.answered());
      assertTrue(a.answered() > 0 && b.answered() > 0, a.answered() + " and " + b.answered());
    }
  }

  @Test
  void shouldApplyANewQuotaToClientsThatAreConnected() throws Exception {
    try (Operators operators = new Operators(folder, Optional.empty())) {
      operators.add("a");
      operators.awaitServing(1);
      try (GatewayClient client = operators.client()) {
        assertEquals(0, refusalsOf(AT_A_TIME, operators, client));
        operators.gateways.forEach(gateway -> gateway.limitClients(1));
        assertTrue(refusalsOf(AT_A_TIME, operators, client) > 0);
        operators.gateways.forEach(gateway -> gateway.limitClients(256));
        assertEquals(0, refusalsOf(AT_A_TIME, operators, client));
        GatewayNode gateway = operators.gateways.get(0);
        assertThrows(IllegalArgumentException.class, () -> gateway.limitClients(0));
      }
    }
  }

  /** Asks that many at once, which the client repeats if they are refused; counts refusals. */
  private static long refusalsOf(int count, Operators operators, GatewayClient client) {
    long before = refusals(operators);
    List<CompletableFuture<InferenceResult>> asked = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      asked.add(client.infer(operators.input()).toCompletableFuture());
    }
    asked.forEach(CompletableFuture::join);
    return refusals(operators) - before;
  }

  private static long refusals(Operators operators) {
    return operators.gateways.stream()
        .mapToLong(
            gateway -> gateway.gateway().counters().answered(GatewayCounters.Kind.INFER, 429))
        .sum();
  }

  @Test
  void shouldRetryWhatAKilledCellHadBegunAndUseAnAddedOne() throws Exception {
    try (Operators operators = new Operators(folder, Optional.empty())) {
      Operators.Cell a = operators.add("a");
      Operators.Cell b = operators.add("b");
      operators.awaitServing(2);
      try (GatewayClient client = operators.client();
          Load load = new Load(operators, client, 6)) {
        load.awaitFurther(60);
        assertTrue(a.answered() > 0 && b.answered() > 0, a.answered() + " and " + b.answered());

        a.kill();
        load.awaitFurther(60);

        long addedNs = System.nanoTime();
        Operators.Cell c = operators.add("c");
        Operators.await(() -> c.answered() > 0, "an answer of the added cell");
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - addedNs);
        load.awaitFurther(30);
        System.out.println("the added cell answers after " + tookMs + " ms; " + load);
        assertTrue(tookMs < ADDED_WITHIN_MS, tookMs + " ms");

        for (AbortReason reason : AbortReason.values()) {
          assertEquals(0, b.service.counters(0).failures(reason), "at the other cell: " + reason);
        }

        // Rolling restart: the last of the first cells leaves.
        b.close();
        load.awaitFurther(30);
        load.end();
        assertEquals(List.of(), load.faults());
      }
    }
  }
}
