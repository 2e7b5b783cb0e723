// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.state.AuditFile;
import io.pascaline.actors.state.StateException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What somebody at a terminal sees when a party is killed in the middle of a run. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class KilledRoleTest {
  /** By then the client is at work: opening the weights notes fewer. */
  private static final int AT_WORK = 100;

  /** The client waits 20 s for the party to be back; the rest is for cores that are shared. */
  private static final int NOTICED_WITHIN_S = 120;

  @TempDir private Path folder;

  @Test
  void shouldEndTheClientWithOneLine() throws Exception {
    DeploymentFiles files = DeploymentFiles.writeBundled(folder);
    Map<Member, RoleProcess> roles = new EnumMap<>(Member.class);
    RoleProcess client = null;
    try {
      for (Member member : Member.SERVING) {
        roles.put(member, start(files, member));
      }
      client = start(files, Member.CLIENT_A, "--images", "1000", "--timeout", "20", "-q");
      while (opened(folder.resolve("party1.state")) < AT_WORK) {
        assertTrue(client.isAlive(), client.errors());
        new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
      }
      roles.remove(Member.PARTY_1).kill();

      assertEquals(1, client.exitCode(NOTICED_WITHIN_S), client.errors());
      String line = client.errors();
      assertTrue(line.startsWith("pascaline: ") && !line.contains("\n"), line);
      assertTrue(line.contains("party 1 is gone"), line);
      assertTrue(roles.values().stream().allMatch(RoleProcess::isAlive), "the others serve on");
    } finally {
      if (client != null) {
        client.kill();
      }
      for (RoleProcess role : roles.values()) {
        role.end();
      }
    }
  }

  private static RoleProcess start(DeploymentFiles files, Member member, String... more)
      throws IOException {
    return RoleProcess.start(files, member, RoleProcess.CLASS_PATH, List.of(), line -> {}, more);
  }

  private static int opened(Path state) throws IOException {
    try {
      return AuditFile.readAll(state).stream()
          .mapToInt(incarnation -> incarnation.records().size())
          .sum();
    } catch (NoSuchFileException | StateException early) {
      return 0; // Not there yet, or read while it is being written.
    }
  }
}
