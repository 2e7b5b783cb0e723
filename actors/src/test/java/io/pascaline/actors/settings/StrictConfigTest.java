// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StrictConfigTest {
  private static final Set<String> KEYS = Set.of("listen", "key.file", "ahead", "timeout", "idle");

  @TempDir private Path folder;

  @Test
  void shouldReadKnownKeys() throws IOException {
    StrictConfig config =
        read("listen = \"127.0.0.1:40400\"\nkey { file = a.key }\nahead = 3\ntimeout = 5s");

    assertEquals(new HostPort("127.0.0.1", 40400), config.address("listen"));
    assertEquals(folder.resolve("a.key"), config.path("key.file"));
    assertEquals(3, config.number("ahead", 1, 10, 7));
    assertEquals(Duration.ofSeconds(5), config.duration("timeout", Duration.ofSeconds(1)));
    assertEquals("backoff", config.choice("idle", List.of("backoff", "spin"), "backoff"));
  }

  /** As in {@code --config role.conf}, called in the file's folder. */
  @Test
  void shouldFindWhatAFileWithoutAFolderIncludes() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    Path included = Files.createTempFile(here, "included", ".conf");
    Path file = Files.createTempFile(here, "role", ".conf");
    try {
      Files.writeString(included, "ahead = 3");
      Files.writeString(file, "include \"" + included.getFileName() + "\"");

      StrictConfig config = StrictConfig.read(file.getFileName(), KEYS);

      assertEquals(3, config.number("ahead", 1, 10, 7));
    } finally {
      Files.delete(file);
      Files.delete(included);
    }
  }

  @Test
  void shouldRefuseUnknownKeysWithFileLineAndWhatIsAllowed() throws IOException {
    Path file = write("listen = \"a:1\"\nkey {\n  fiel = x\n}");

    SettingsFault fault = assertThrows(SettingsFault.class, () -> StrictConfig.read(file, KEYS));

    assertTrue(fault.line().contains(file + " line 3"), fault.line());
    assertTrue(fault.line().contains("'key.fiel'"), fault.line());
    assertTrue(fault.line().contains("ahead, idle, key.file, listen, timeout"), fault.line());
  }

  @Test
  void shouldNameTheSettingThatIsWrong() throws IOException {
    assertWrong("listen = nowhere", c -> c.address("listen"), "host:port");
    assertWrong("listen = \"a:99999\"", c -> c.address("listen"), "host:port");
    assertWrong("ahead = 0", c -> c.number("ahead", 1, 10, 7), "from 1 to 10");
    assertWrong("ahead = many", c -> c.number("ahead", 1, 10, 7), "whole number");
    assertWrong("timeout = soon", c -> c.duration("timeout", Duration.ZERO), "30s");
    assertWrong("timeout = 0s", c -> c.duration("timeout", Duration.ZERO), "above zero");
    assertWrong("idle = nap", c -> c.choice("idle", List.of("backoff"), "backoff"), "backoff");
    assertWrong("key { file = [1] }", c -> c.path("key.file"), "text");
    assertWrong("ahead = 1", c -> c.text("listen"), "missing");
  }

  @Test
  void shouldNameFilesThatCannotBeUnderstood() throws IOException {
    Path broken = write("listen = {");

    assertTrue(
        assertThrows(SettingsFault.class, () -> StrictConfig.read(broken, KEYS))
            .line()
            .contains(broken.toString()));
    assertTrue(
        assertThrows(SettingsFault.class, () -> StrictConfig.read(folder.resolve("missing"), KEYS))
            .line()
            .contains("does not exist"));
  }

  private void assertWrong(String text, Consumer<StrictConfig> use, String part)
      throws IOException {
    StrictConfig config = read(text);
    SettingsFault fault = assertThrows(SettingsFault.class, () -> use.accept(config));
    assertTrue(fault.line().contains(part) && fault.line().contains("role.conf"), fault.line());
  }

  private StrictConfig read(String text) throws IOException {
    return StrictConfig.read(write(text), KEYS);
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("role.conf"), text);
  }
}
