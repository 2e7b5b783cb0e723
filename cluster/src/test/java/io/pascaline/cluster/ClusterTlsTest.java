// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.testsupport.RightAnswers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes prove themselves to each other by certificates. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ClusterTlsTest {
  @TempDir private Path folder;

  @Test
  void shouldJoinWithTheOperatorsCertificatesAlone() throws Exception {
    Optional<ClusterSettings.TlsFiles> own =
        Optional.of(NodeCertificate.write(folder.resolve("own"), "pascaline-operator"));
    // The same subject name, of another authority.
    Optional<ClusterSettings.TlsFiles> other =
        Optional.of(NodeCertificate.write(folder.resolve("other"), "pascaline-operator"));
    try (Operators operators = new Operators(folder, own)) {
      operators.add("a");
      operators.awaitServing(1);
      Operators.Cell stranger = operators.addWith("stranger", other);
      Operators.Cell plain = operators.addWith("plain", Optional.empty());
      // Who may join gets through in the time that the others have.
      operators.add("b");
      operators.awaitServing(2);
      assertFalse(stranger.isUp());
      assertFalse(plain.isUp());
      for (GatewayNode gateway : operators.gateways) {
        assertEquals(
            List.of("a", "b"),
            gateway.cells(operators.plan()).stream().map(load -> load.cell()).toList());
        assertEquals(3, gateway.members().size(), gateway.members().toString());
      }
      stranger.kill();
      plain.kill();
      try (GatewayClient client = operators.client()) {
        float[] input = operators.input();
        InferenceResult result = client.infer(input).toCompletableFuture().join();
        assertNull(new RightAnswers(operators.network).faultOf(input, result.logitWords()));
      }
    }
  }

  @Test
  void shouldRefusePlainTcpBetweenMachines() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new ClusterSettings(
                    0, "0.0.0.0", 7350, List.of(), Optional.empty(), false, Optional.empty()));
    assertTrue(refused.getMessage().contains("without TLS"), refused.getMessage());
    new ClusterSettings(0, "0.0.0.0", 7350, List.of(), Optional.empty(), true, Optional.empty());
  }
}
