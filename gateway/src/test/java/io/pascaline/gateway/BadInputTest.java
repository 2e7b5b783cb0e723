// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.api.PrivateInferenceClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every service does with an input that it cannot share: alone it throws, in a list not. */
@Timeout(120)
class BadInputTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void shouldFailTheAnswerOfABadInputInAList() throws Exception {
    try (Deployment deployment = Deployment.usual(folder);
        GatewayClient client =
            PrivateInferenceClient.overGateways(
                    deployment.gateways.get(0).address(),
                    deployment.alice,
                    deployment.gateways.get(1).address(),
                    deployment.alice)
                .connect()) {
      float[] notFinite = deployment.input();
      notFinite[0] = Float.NaN;
      for (InferenceService service : List.of(deployment.service, client)) {
        for (float[] bad : List.of(new float[notFinite.length + 1], notFinite)) {
          assertThrows(IllegalArgumentException.class, () -> service.infer(bad, TIMEOUT));
          List<CompletionStage<InferenceResult>> answers = service.infer(List.of(bad), TIMEOUT);
          assertEquals(1, answers.size());
          ExecutionException failed =
              assertThrows(
                  ExecutionException.class,
                  () -> answers.get(0).toCompletableFuture().get(60, TimeUnit.SECONDS));
          assertInstanceOf(IllegalArgumentException.class, failed.getCause());
          assertThrows(
              IllegalArgumentException.class, () -> service.infer(List.of(bad), Duration.ZERO));
        }
        assertThrows(
            IllegalArgumentException.class, () -> service.infer(List.<float[]>of(), TIMEOUT));
      }
    }
  }
}
