// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That files which belong together are replaced together or not at all. */
class ReplacedFilesTest {
  @TempDir private Path folder;

  /** Notes what it is told; deletes nothing if it is told so. */
  private final class NotingDisk extends ReplacedFiles.Disk {
    private final List<String> told = new ArrayList<>();
    private boolean deletesNothing;

    private void note(String what, Path path) throws IOException {
      told.add(what + " " + path.getFileName() + " while a is " + contents().get("a"));
    }

    @Override
    void force(Path file) throws IOException {
      super.force(file);
      note("file", file);
    }

    @Override
    void forceFolder(Path names) {
      super.forceFolder(names);
      try {
        note("folder", names);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    void delete(Path path) throws IOException {
      if (deletesNothing) {
        throw new IOException("cannot be deleted: " + path);
      }
      super.delete(path);
    }
  }

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

  /** A power failure leaves what was there, or all that is new, but no names without content. */
  @Test
  void shouldForceAllFilesBeforeItReplacesOneAndThenTheirNames() throws IOException {
    NotingDisk disk = new NotingDisk();

    new ReplacedFiles(folder, disk).write(ReplacedFilesTest::writeBoth);

    assertEquals(
        List.of(
            "file a while a is former",
            "file b while a is former",
            "folder " + folder.getFileName() + " while a is new"),
        disk.told);
  }

  @Test
  void shouldDeleteWhatAWriterHasLeftThatWasKilled() throws IOException {
    Path left = Files.createDirectory(folder.resolve(ReplacedFiles.PREFIX + "17"));
    Files.writeString(left.resolve("a"), "secret");
    Files.createDirectory(folder.resolve("new-17"));

    new ReplacedFiles(folder).write(ReplacedFilesTest::writeBoth);

    assertEquals(Map.of("a", "new", "b", "new", "other", "former", "new-17", "folder"), contents());
  }

  @Test
  void shouldDeleteNothingBehindALink(@TempDir Path elsewhere) throws IOException {
    Path notOurs = Files.writeString(elsewhere.resolve("kept"), "kept");
    Files.createSymbolicLink(folder.resolve(ReplacedFiles.PREFIX + "link"), elsewhere);

    new ReplacedFiles(folder).write(ReplacedFilesTest::writeBoth);

    assertEquals("kept", Files.readString(notOurs));
  }

  @Test
  void shouldHaveReplacedAllAlthoughItCannotCleanUp() throws IOException {
    NotingDisk disk = new NotingDisk();
    disk.deletesNothing = true;
    ReplacedFiles files = new ReplacedFiles(folder, disk);

    files.write(ReplacedFilesTest::writeBoth);

    assertEquals("new", contents().get("a"));
    assertEquals("new", contents().get("b"));
    assertFalse(files.isMixed());
  }

  @Test
  void shouldSayWhyItFailsAlthoughItCannotCleanUp() {
    NotingDisk disk = new NotingDisk();
    disk.deletesNothing = true;
    IOException full = new IOException("no space left on device");

    IOException failed =
        assertThrows(
            IOException.class,
            () ->
                new ReplacedFiles(folder, disk)
                    .write(
                        fresh -> {
                          throw full;
                        }));

    assertSame(full, failed);
    assertEquals(1, failed.getSuppressed().length);
  }
}
