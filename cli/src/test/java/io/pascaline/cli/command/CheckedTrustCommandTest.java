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

/** What commands say of canaries and of checks of the dealer, on the bundled network. */
@Timeout(120)
class CheckedTrustCommandTest {
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
  void shouldShowWhatChecksOfTheDealerCostAndFind() {
    CommandRun run = CommandRun.of("inspect", "--dealer-check-every", 10);

    run.assertOk();
    assertTrue(
        run.out()
            .contains(
                "together discard 2 of 11 sessions, so dealing takes 22.2 % more; a falsified"),
        run.out());
    // (9/11)^23 is the first power below 1 %.
    assertTrue(run.out().contains("escapes with 81.8 %, all of 23 with 1 %"), run.out());
    // One check of each party for each session that is answered.
    CommandRun most = CommandRun.of("inspect", "--dealer-check-every", 2);
    assertTrue(most.out().contains("2 of 3 sessions, so dealing takes 200 % more"), most.out());
    assertTrue(most.out().contains("escapes with 33.3 %, all of 5 with 1 %"), most.out());
    CommandRun.of("inspect", "--dealer-check-every", 1)
        .assertFault(1, "--dealer-check-every 1 is out of range", "from 2 to 1000000");
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
