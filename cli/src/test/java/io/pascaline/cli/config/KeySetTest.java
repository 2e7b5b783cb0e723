// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.settings.IdentityFile;
import io.pascaline.actors.settings.SettingsFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeySetTest {
  @TempDir private Path folder;

  @Test
  void shouldMakeEverySecretOnceAndSayWhoIsToHaveIt() throws IOException {
    Map<String, String> made = KeySet.generate(folder, new SecureRandom());

    assertEquals(
        List.of(
            "dealer-party0.key",
            "dealer-party1.key",
            "dealer.identity",
            "party0.identity",
            "party1.identity",
            "client.identity",
            "identities.conf"),
        List.copyOf(made.keySet()));
    Set<String> contents = new HashSet<>();
    String known = Files.readString(folder.resolve("identities.conf"));
    for (Map.Entry<String, String> entry : made.entrySet()) {
      Path file = folder.resolve(entry.getKey());
      String content = Files.readString(file).strip();
      assertTrue(contents.add(content), entry.getKey());
      assertEquals(
          entry.getKey().equals("identities.conf"),
          entry.getValue().startsWith("public"),
          entry.getKey());
      if (entry.getKey().endsWith(".identity")) {
        assertTrue(
            known.contains(IdentityFile.read(file).publicIdentity().toString()), entry.getKey());
      } else if (entry.getKey().endsWith(".key")) {
        assertEquals(KeyFile.KEY_BYTES, KeyFile.read(file).length);
      }
      assertFalse(known.contains(content) && !entry.getKey().equals("identities.conf"));
    }
  }

  @Test
  void shouldNotReplaceWhatIsThere() throws IOException {
    KeySet.generate(folder, new SecureRandom());
    String before = Files.readString(folder.resolve("dealer-party0.key"));

    SettingsFault fault =
        assertThrows(SettingsFault.class, () -> KeySet.generate(folder, new SecureRandom()));

    assertTrue(fault.line().contains("dealer-party0.key exists already"), fault.line());
    assertEquals(before, Files.readString(folder.resolve("dealer-party0.key")));
  }

  @Test
  void shouldNameAFolderThatIsNotThere() {
    Path missing = folder.resolve("missing");

    SettingsFault fault =
        assertThrows(SettingsFault.class, () -> KeySet.generate(missing, new SecureRandom()));

    assertTrue(fault.line().contains(missing + " is no folder"), fault.line());
    assertTrue(fault.line().contains("mkdir"), fault.line());
  }
}
