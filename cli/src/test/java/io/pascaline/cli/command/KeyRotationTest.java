// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What docs/operations.md says about changing keys, done with the commands that it names. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class KeyRotationTest {
  @TempDir private Path folder;

  private final Map<String, RoleProcess> roles = new HashMap<>();
  private final Map<String, Integer> ports = new HashMap<>();

  @BeforeEach
  void deploy() throws IOException {
    CommandRun.of("share", "--out", folder).assertOk();
    CommandRun.of("keygen", "--all", folder).assertOk();
    for (String role : new String[] {"dealer", "party0", "party1"}) {
      start(role);
    }
  }

  @AfterEach
  void stop() {
    roles.values().forEach(RoleProcess::close);
  }

  @Test
  void shouldServeWithNewKeysAndNotWithOldOnes() throws Exception {
    assertEquals(0, ask().code());

    Path oldIdentity = replaceIdentity("party1");
    for (String role : new String[] {"dealer", "party0", "party1"}) {
      restart(role);
    }
    ask().assertOk();

    // A client that has not been told takes the new party 1 for a stranger.
    String current = Files.readString(folder.resolve("identities.conf"));
    Files.writeString(folder.resolve("identities.conf"), Files.readString(oldIdentity));
    CommandRun untold =
        CommandRun.of("client", "-q", "--config", config("client"), "--images", 1, "--timeout", 4);
    assertEquals(1, untold.code(), untold.err());
    assertEquals(1, untold.err().lines().count(), untold.err());
    assertTrue(untold.err().contains("party 1: no answer"), untold.err());
    assertTrue(untold.err().contains("did not complete the handshake"), untold.err());
    Files.writeString(folder.resolve("identities.conf"), current);

    replaceDealingKey(0);
    restart("dealer");
    assertEquals(1, roles.get("party0").exitCode());
    assertTrue(
        roles.get("party0").errors().contains("another key for party 0"),
        roles.get("party0").errors());
    restart("party0");
    ask().assertOk();
  }

  /** Returns where the old lines are. */
  private Path replaceIdentity(String role) throws IOException {
    Path all = folder.resolve("identities.conf");
    Path before = Files.copy(all, folder.resolve("identities.before"));
    Path file = folder.resolve(role + ".identity");
    Files.move(file, folder.resolve(role + ".old"));
    CommandRun made = CommandRun.of("keygen", "--identity", "--out", file).assertOk();
    String line =
        made.out().lines().filter(text -> text.startsWith("ed25519:")).findFirst().orElseThrow();
    String text = Files.readString(all);
    String changed = text.replaceAll(role + " = \"[^\"]+\"", role + " = \"" + line + "\"");
    assertTrue(!changed.equals(text), text);
    Files.writeString(all, changed);
    return before;
  }

  private void replaceDealingKey(int party) throws IOException {
    Path file = folder.resolve("dealer-party" + party + ".key");
    Files.move(file, folder.resolve("old.key"));
    CommandRun.of("keygen", "--out", file).assertOk();
  }

  private void restart(String role) throws IOException {
    roles.get(role).close();
    start(role);
  }

  private void start(String role) throws IOException {
    RoleProcess started =
        RoleProcess.start(role.startsWith("party") ? "party" : role, config(role));
    roles.put(role, started);
    ports.put(role, started.port());
  }

  private CommandRun ask() throws IOException {
    return CommandRun.of("client", "-q", "--config", config("client"), "--images", 1);
  }

  /** Returns a sample with the ports that the roles have; those that have none yet take any. */
  private Path config(String role) throws IOException {
    String text = Files.readString(Path.of("..", "docs", "samples", role + ".conf"));
    int number = 40_400;
    for (String listener : new String[] {"dealer", "party0", "party1"}) {
      text = text.replace(":" + number++, ":" + ports.getOrDefault(listener, 0));
    }
    return Files.writeString(folder.resolve(role + ".conf"), text);
  }
}
