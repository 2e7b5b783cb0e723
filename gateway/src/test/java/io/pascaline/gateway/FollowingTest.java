// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.PrivateInferenceClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests of clients whose version the gateways do not serve for a while. */
@Timeout(120)
class FollowingTest {
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private static GatewayClient client(Deployment deployment) {
    return PrivateInferenceClient.overGateways(
            deployment.gateways.get(0).address(),
            deployment.alice,
            deployment.gateways.get(1).address(),
            deployment.alice)
        .connect();
  }

  private static CompletableFuture<InferenceResult> infer(
      Deployment deployment, GatewayClient client, Duration timeout) {
    return client.infer(deployment.input(), timeout).toCompletableFuture();
  }

  private static void awaitFollowing() {
    Deployment.await(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("pascaline-client-describe")),
        "a look at what is served now");
  }

  private static void assertFailsBefore(CompletableFuture<InferenceResult> other, Runnable ask) {
    ask.run();
    assertFalse(other.isDone(), "the other request has a deadline of its own");
  }

  private static void assertFails(CompletableFuture<InferenceResult> request) {
    ExecutionException failed =
        assertThrows(ExecutionException.class, () -> request.get(30, TimeUnit.SECONDS));
    assertInstanceOf(InferenceException.class, failed.getCause());
  }

  @Test
  void shouldEndARequestAtItsDeadlineWhileOthersWaitLonger() throws Exception {
    try (Deployment deployment = Deployment.usual(folder);
        GatewayClient client = client(deployment)) {
      deployment.gateways.forEach(gateway -> gateway.withdraw(deployment.plan()));
      CompletableFuture<InferenceResult> patient = infer(deployment, client, LONG);
      awaitFollowing();

      assertFailsBefore(patient, () -> assertFails(infer(deployment, client, SHORT)));
    }
  }

  @Test
  void shouldGoOnForARequestThatWaitsLongerThanTheFirst() throws Exception {
    try (Deployment deployment = Deployment.usual(folder);
        GatewayClient client = client(deployment)) {
      deployment.gateways.forEach(gateway -> gateway.withdraw(deployment.plan()));
      CompletableFuture<InferenceResult> first = infer(deployment, client, SHORT);
      awaitFollowing();
      CompletableFuture<InferenceResult> patient = infer(deployment, client, LONG);
      assertFailsBefore(patient, () -> assertFails(first));

      for (int party = 0; party < 2; party++) {
        deployment
            .gateways
            .get(party)
            .serve(deployment.service.clientEntrance(party), InputDescription.NONE);
      }

      assertEquals(
          deployment.plan().outputElementCount(),
          patient.get(60, TimeUnit.SECONDS).logits().length);
    }
  }
}
