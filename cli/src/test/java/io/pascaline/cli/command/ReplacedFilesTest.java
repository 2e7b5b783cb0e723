// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That files which belong together are replaced together or not at all. */
class ReplacedFilesTest {
  @TempDir private Path folder;

  @BeforeEach
  void writeFormer() throws IOException {
    for (String name : new String[] {"a", "b", "other"}) {
      Files.writeString(folder.resolve(name), "former");
    }
  }

  private static void writeBoth(Path fresh) throws IOException {
    Files.writeString(fresh.resolve("a"), "new");
    Files.writeString(fresh.resolve("b"), "new");
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        contents.put(
            file.getFileName().toString(),
            Files.isDirectory(file) ? "folder" : Files.readString(file));
      }
    }
    return contents;
  }

  @Test
  void shouldReplaceAllAndLeaveOthers() throws IOException {
    ReplacedFiles files = new ReplacedFiles(folder);
    files.write(ReplacedFilesTest::writeBoth);
    assertEquals(Map.of("a", "new", "b", "new", "other", "former"), contents());
    assertFalse(files.isMixed());
  }

  @Test
  void shouldLeaveAllWhenTheDiskIsFull() throws IOException {
    Map<String, String> before = contents();
    ReplacedFiles files = new ReplacedFiles(folder);
    assertThrows(
        IOException.class,
        () ->
            files.write(
                fresh -> {
                  Files.writeString(fresh.resolve("a"), "new");
                  throw new IOException("no space left on device");
                }));
    assertEquals(before, contents());
    assertFalse(files.isMixed());
  }

  @Test
  void shouldLeaveAllWhenAFolderIsInTheWay() throws IOException {
    Files.delete(folder.resolve("b"));
    Files.createDirectory(folder.resolve("b"));
    Map<String, String> before = contents();
    ReplacedFiles files = new ReplacedFiles(folder);
    assertThrows(IOException.class, () -> files.write(ReplacedFilesTest::writeBoth));
    assertEquals(before, contents());
    assertFalse(files.isMixed());
  }
}
