// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process (SIGKILL) in the middle of its writing, again and again, on the same folder. More
 * often with {@code -Dpascaline.kills=N}.
 */
@Timeout(600)
class KillTest {
  private static final long SEED = 71;
  private static final int KILLS = Integer.getInteger("pascaline.kills", 4);

  @TempDir private Path folder;

  @Test
  void shouldForgetNothingThatWasUsedBeforeAKill() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    Path state = folder.resolve("state");
    List<String> said = new ArrayList<>();
    for (int incarnation = 0; incarnation < KILLS; incarnation++) {
      said.addAll(killAfter(state, 1 + random.nextInt(400)));
    }

    List<AuditFile> lives = AuditFile.readAll(state);
    assertEquals(KILLS, lives.size(), "seed " + SEED);
    assertEquals(List.of(), AuditCheck.of(lives).violations());
    Set<String> noted = new HashSet<>();
    Set<Long> epochs = new HashSet<>();
    for (AuditFile incarnation : lives) {
      for (AuditRecord record : incarnation.records()) {
        noted.add(record.epoch() + " " + record.number());
        epochs.add(record.epoch());
      }
    }
    for (String used : said) {
      assertTrue(noted.contains(used), "seed " + SEED + ": " + used + " was used and not noted");
    }
    try (RoleState next = RoleState.open(new StateSettings(state, false), StateRole.PARTY_0)) {
      for (long epoch : epochs) {
        ExecutionException refused =
            assertThrows(
                ExecutionException.class,
                () ->
                    next.watermark()
                        .begin(epoch, 1)
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS));
        assertEquals(EpochUsedException.class, refused.getCause().getClass());
      }
    }
  }

  /** Runs an incarnation until it has said so many lines; returns what it has said. */
  private static List<String> killAfter(Path state, int lines) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledRole.class.getName(),
                state.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      List<String> said = new ArrayList<>();
      for (int i = 0; i < lines; i++) {
        String line = out.readLine();
        assertNotNull(line, "the process ended by itself");
        said.add(line);
      }
      return said;
    } finally {
      process.destroyForcibly();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    }
  }
}
