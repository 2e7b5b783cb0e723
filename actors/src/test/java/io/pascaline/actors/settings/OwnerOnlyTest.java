// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerOnlyTest {
  private static final byte[] CONTENT = {1, 2, 3};

  @TempDir private Path folder;

  @BeforeEach
  void needOwners() {
    assumeTrue(
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix"),
        "the file system knows no owners");
  }

  /** All 512 modes: exactly those that give nobody else anything, and nobody execution, pass. */
  @Test
  void shouldRefuseEveryModeThatGivesOthersAnything() throws IOException {
    Path file = folder.resolve("secret");
    OwnerOnly.create("key file", file, CONTENT);
    PosixFilePermission[] all = PosixFilePermission.values();
    int passed = 0;
    for (int mode = 0; mode < 1 << all.length; mode++) {
      Set<PosixFilePermission> rights = EnumSet.noneOf(PosixFilePermission.class);
      for (int bit = 0; bit < all.length; bit++) {
        if ((mode >> bit & 1) != 0) {
          rights.add(all[bit]);
        }
      }
      Files.setPosixFilePermissions(file, rights);
      EnumSet<PosixFilePermission> beyond = EnumSet.copyOf(Set.of(all));
      beyond.remove(PosixFilePermission.OWNER_READ);
      beyond.remove(PosixFilePermission.OWNER_WRITE);
      beyond.retainAll(rights);
      if (beyond.isEmpty()) {
        passed++;
        assertDoesNotThrow(() -> OwnerOnly.require("key file", file), rights::toString);
      } else {
        SettingsFault fault =
            assertThrows(
                SettingsFault.class, () -> OwnerOnly.require("key file", file), rights::toString);
        assertTrue(fault.line().endsWith("run: chmod 600 " + file), fault.line());
      }
    }
    assertEquals(4, passed);
  }

  @Test
  void shouldWriteWhatItAcceptsAndNeverOverAnything() throws IOException {
    Path file = folder.resolve("secret");

    OwnerOnly.create("key file", file, CONTENT);

    OwnerOnly.require("key file", file);
    assertArrayEquals(CONTENT, Files.readAllBytes(file));
    assertThrows(SettingsFault.class, () -> OwnerOnly.create("key file", file, new byte[] {4}));
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
    assertThrows(SettingsFault.class, () -> OwnerOnly.create("key file", link, CONTENT));
    assertArrayEquals(CONTENT, Files.readAllBytes(file));
  }
}
