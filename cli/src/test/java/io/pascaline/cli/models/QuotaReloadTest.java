// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.testsupport.SmallNetworks;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Parties whose operators change the quota of each client while they run. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class QuotaReloadTest {
  /** So many requests, one after the other, take less than as many seconds. */
  private static final int REQUESTS = 60;

  private static final SplittableRandom RANDOM = new SplittableRandom(75);

  @TempDir private Path folder;

  private static float[] image() {
    return SmallNetworks.image(SmallNetworks.inputShape(6).elementCount(), RANDOM);
  }

  private static double refusals(ModelsDeployment roles) {
    return roles
        .metricsOf(0)
        .lines()
        .filter(line -> line.startsWith("pascaline_refusals_total{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  /** Asks until a request is refused, which the client then repeats; returns how many it took. */
  private static int askUntilRefused(ModelsDeployment roles, GatewayClient client, int most)
      throws Exception {
    double before = refusals(roles);
    int asked = 0;
    while (asked < most && refusals(roles) == before) {
      client.infer(image()).toCompletableFuture().get(60, TimeUnit.SECONDS);
      asked++;
    }
    return asked;
  }

  @Test
  void shouldApplyANewQuotaToModelsThatRunAndToThoseThatComeLater() throws Exception {
    FusedNetwork network = SmallNetworks.residual(RANDOM, 3, 6, () -> List.of(image()));
    String version = InferenceResult.version(network.plan());
    try (ModelsDeployment roles = new ModelsDeployment(folder)) {
      roles.addModel("model", network);
      roles.start();
      roles.reloadClients("requests-per-second = 1, max-sessions = 1");
      roles.load("model");
      roles.awaitReady(version);
      try (GatewayClient client = roles.connect()) {
        assertTrue(askUntilRefused(roles, client, REQUESTS) < REQUESTS, "of a model loaded later");
        roles.reloadClients("");
        assertEquals(REQUESTS, askUntilRefused(roles, client, REQUESTS));
        roles.reloadClients("requests-per-second = 1, max-sessions = 1");
        assertTrue(askUntilRefused(roles, client, REQUESTS) < REQUESTS, "of a running model");
      }
    }
  }
}
