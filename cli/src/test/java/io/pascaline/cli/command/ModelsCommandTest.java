// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.cli.models.ModelsDeployment;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.testsupport.SmallNetworks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/operations.md for the models of running roles. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ModelsCommandTest {
  @TempDir private Path folder;

  private CommandRun models(String role, Object... words) {
    Object[] all = new Object[words.length + 3];
    all[0] = "models";
    System.arraycopy(words, 0, all, 1, words.length);
    all[words.length + 1] = "--config";
    all[words.length + 2] = folder.resolve(role + ".conf");
    return CommandRun.of(all);
  }

  private static void assertExported(ModelsDeployment roles, String line) {
    String metrics = roles.metricsOf(1);
    assertTrue(metrics.lines().anyMatch(each -> each.matches(line)), () -> line + " in " + metrics);
  }

  @Test
  void shouldLoadListAndUnload() throws Exception {
    SplittableRandom random = new SplittableRandom(74);
    FusedNetwork network =
        SmallNetworks.residual(
            random,
            3,
            6,
            () -> List.of(SmallNetworks.image(SmallNetworks.inputShape(6).elementCount(), random)));
    String version = InferenceResult.version(network.plan());
    try (ModelsDeployment roles = new ModelsDeployment(folder)) {
      roles.addModel("v1", network);
      roles.start();
      assertTrue(
          models("party0", "list").assertOk().out().startsWith("no model is loaded\nmemory: "));
      models("party0", "list", "v1").assertFault(1, "takes no model");
      models("party0", "load").assertFault(1, "needs a model");
      models("party0", "sing").assertFault(1, "no action of models");
      models("party0", "load", "v2").assertFault(1, "no folder 'v2'");
      models("party0", "load", "v1", "--wait", 0)
          .assertFault(1, "waits for dealer and party 1 to serve it", "at the other roles");
      models("dealer", "load", "v1").assertOk();
      models("dealer", "default", "v1").assertFault(1, "a dealer has no default");
      models("party1", "load", "v1", "--wait", 60).assertOk();
      models("party0", "unload", "small:0123456789abcdef").assertFault(1, "is not loaded");
      String table = models("party1", "list").assertOk().out();
      assertTrue(
          table.lines().anyMatch(line -> line.matches(" *small:" + version + " +v1 +yes +ready *")),
          table);
      JsonNode listed =
          new ObjectMapper().readTree(models("party1", "list", "--json").assertOk().out());
      assertEquals(version, listed.at("/models/0/version").asText());
      assertTrue(listed.at("/models/0/default").asBoolean());
      assertTrue(
          models("party1", "default", "small:" + version).assertOk().out().contains("(default)"));
      String labels = "\\{model=\"small\",role=\"party1\",version=\"" + version + "\"}";
      assertExported(roles, "pascaline_ready" + labels + " 1\\.0");
      assertExported(roles, "pascaline_model_info\\{digest=\"" + version + ".*\\} 1");
      assertExported(roles, "pascaline_build_info\\{.*role=\"party1\".*} 1");
      assertExported(roles, "pascaline_gateway_requests_.*");
      assertExported(roles, "jvm_memory_used_bytes\\{.*role=\"party1\".*} .*");
      models("party1", "unload", "v1").assertOk();
      assertFalse(roles.metricsOf(1).contains("pascaline_ready{"));
      assertTrue(models("party1", "list").assertOk().out().startsWith("no model is loaded\n"));

      Path party0 = folder.resolve("party0.conf");
      assertEquals(
          "1 clients are admitted\n", CommandRun.of("reload", "--config", party0).assertOk().out());
      Files.writeString(folder.resolve("identities.conf"), "identities { clients = [nobody] }\n");
      CommandRun.of("reload", "--config", party0).assertFault(1, "holds no public identity");
    }
    models("party0", "list").assertFault(1, "no role takes commands");
  }
}
