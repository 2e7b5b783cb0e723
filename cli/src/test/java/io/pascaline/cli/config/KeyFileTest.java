// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.actors.settings.SettingsFault;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {
  @TempDir private Path folder;

  @Test
  void shouldReadWhatItWrote() {
    Path one = folder.resolve("one.key");
    Path other = folder.resolve("other.key");

    KeyFile.generate(one, new SecureRandom());
    KeyFile.generate(other, new SecureRandom());

    assertEquals(KeyFile.KEY_BYTES, KeyFile.read(one).length);
    assertFalse(Arrays.equals(KeyFile.read(one), KeyFile.read(other)));
  }

  @Test
  void shouldKeepKeysFromOthers() throws IOException {
    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    Path path = folder.resolve("a.key");

    KeyFile.generate(path, new SecureRandom());
    assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(path));

    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
    SettingsFault fault = assertThrows(SettingsFault.class, () -> KeyFile.read(path));
    assertTrue(
        fault.line().contains("key file " + path) && fault.line().contains("chmod 600"),
        fault.line());
  }

  @Test
  void shouldNotOverwriteAKey() {
    Path path = folder.resolve("a.key");
    KeyFile.generate(path, new SecureRandom());
    byte[] before = KeyFile.read(path);

    assertThrows(SettingsFault.class, () -> KeyFile.generate(path, new SecureRandom()));

    assertTrue(Arrays.equals(before, KeyFile.read(path)));
  }

  @Test
  void shouldNotTellTheContentsOfABadKeyFile() throws IOException {
    Path path = folder.resolve("a.key");
    KeyFile.generate(path, new SecureRandom());
    Files.writeString(path, "secret-but-no-base64!");

    SettingsFault fault = assertThrows(SettingsFault.class, () -> KeyFile.read(path));

    assertFalse(fault.line().contains("secret"), fault.line());
    assertTrue(fault.line().contains(path.toString()), fault.line());
  }
}
