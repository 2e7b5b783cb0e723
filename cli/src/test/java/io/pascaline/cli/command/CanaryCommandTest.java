// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.canary.CanarySet;
import io.pascaline.layers.plan.NetworkPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code share --canaries} on the bundled network, and what the client's options refuse. */
@Timeout(120)
class CanaryCommandTest {
  @TempDir private Path folder;

  @Test
  void shouldWriteCanariesOfThePlanForClientsAlone() throws Exception {
    Path out = folder.resolve("shares");

    CommandRun share = CommandRun.of("share", "-q", "--out", out, "--canaries", 5);

    share.assertOk();
    CanarySet set = CanarySet.read(out.resolve("canaries.bin"));
    set.requireFor(NetworkPlan.decode(Files.readAllBytes(out.resolve("plan.bin"))));
    assertEquals(5, set.canaries().size());
    assertTrue(
        share.out().contains("5 inputs with right answers, tolerance " + set.maxToleranceUlps()),
        share.out());
    assertEquals(
        Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE),
        Files.getPosixFilePermissions(out.resolve("canaries.bin")));
  }

  @Test
  void shouldRefuseWhatHasNoCanaries() {
    CommandRun.of("share", "-q", "--out", folder.resolve("a"), "--canaries", 1025)
        .assertFault(1, "--canaries 1025 is out of range", "from 0 to 1024");
    CommandRun.of(
            "share", "-q", "--out", folder.resolve("b"), "--canaries", 1, "--suite", "classic")
        .assertFault(1, "--canaries needs the fused suite", "--suite fused");
    CommandRun.of("client", "--config", "none.conf", "--canary-rate", "0.6")
        .assertFault(1, "--canary-rate 0.6 is out of range", "up to 0.5");
    CommandRun.of("client", "--config", "none.conf", "--canaries", folder.resolve("none"))
        .assertFault(1, "cannot be read", "share --canaries");
  }
}
