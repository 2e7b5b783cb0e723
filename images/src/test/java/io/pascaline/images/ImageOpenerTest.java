// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageOpenerTest {
  private static final InputSize SIZE = new InputSize(1, 6, 4);

  @TempDir private Path folder;

  @Test
  void shouldTakeClassesFromFoldersInTurn() throws IOException {
    for (String name : List.of("dog/2.png", "cat/b.png", "cat/a.png", "dog/1.png", "cat/c.PNG")) {
      picture(folder.resolve(name));
    }
    Files.writeString(folder.resolve("cat/notes.txt"), "no picture");

    try (ImageSource source = opener(10).open(List.of(folder))) {
      assertEquals(List.of("cat", "dog"), source.classNames());
      assertEquals(
          List.of("cat/a.png", "dog/1.png", "cat/b.png", "dog/2.png", "cat/c.PNG"), names(source));
      assertEquals(List.of(0, 1, 0, 1, 0), labels(source));
    }
  }

  @Test
  void shouldTakeNumbersAsClasses() throws IOException {
    for (String name : List.of("10/x.png", "2/x.png")) {
      picture(folder.resolve(name));
    }

    try (ImageSource source = opener(10).open(List.of(folder))) {
      assertEquals(List.of(2, 10), labels(source));
      assertEquals(List.of(), source.classNames());
    }
  }

  @Test
  void shouldFollowLinksToClassFolders() throws IOException {
    Path elsewhere = folder.resolve("elsewhere/cats");
    picture(elsewhere.resolve("x.png"));
    Path set = Files.createDirectories(folder.resolve("set"));
    picture(set.resolve("dog/y.png"));
    Files.createSymbolicLink(set.resolve("cat"), elsewhere);

    try (ImageSource source = opener(10, "cat", "dog").open(List.of(set))) {
      assertEquals(List.of("cat/x.png", "dog/y.png"), names(source));
    }

    Files.createSymbolicLink(set.resolve("dog/loop"), set);
    DataFault loop =
        assertThrows(DataFault.class, () -> opener(10, "cat", "dog").open(List.of(set)));
    assertTrue(loop.remedy().contains("link"), loop.getMessage());
  }

  @Test
  void shouldTakeALinkForTheFolderAndRefuseLinksToNothing() throws IOException {
    Path set = Files.createDirectories(folder.resolve("set"));
    picture(set.resolve("dog/y.png"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("set"));

    try (ImageSource source = opener(10, "cat", "dog").open(List.of(link))) {
      assertEquals(List.of("dog/y.png"), names(source));
    }

    Files.createSymbolicLink(set.resolve(".hidden"), Path.of("gone"));
    opener(10, "cat", "dog").open(List.of(set)).close();
    Files.createSymbolicLink(set.resolve("cat"), Path.of("gone"));
    DataFault fault =
        assertThrows(DataFault.class, () -> opener(10, "cat", "dog").open(List.of(set)));
    assertTrue(fault.getMessage().contains("cat is a broken link"), fault.getMessage());
  }

  @Test
  void shouldSayWhichFilesItLeavesOut() throws IOException {
    picture(folder.resolve("a.png"));
    for (String other : List.of("b.heic", "c.HEIC", "d.webp", "README", ".hidden.gif")) {
      Files.writeString(folder.resolve(other), "no picture");
    }

    try (ImageSource source = opener(10).open(List.of(folder))) {
      assertEquals(1, source.count());
      assertEquals(1, source.notes().size());
      String note = source.notes().get(0);
      assertTrue(note.contains("left out 4 files"), note);
      assertTrue(note.contains("2 .heic, 1 .webp, 1 without a kind"), note);
      assertTrue(note.matches(".*first [bcd]\\.(heic|HEIC|webp)"), note);
    }
  }

  @Test
  void shouldNumberClassesByTheModelsLabels() throws IOException {
    for (String name : List.of("ankle_boot/x.png", "T-Shirt top/x.png", "bag/x.png")) {
      picture(folder.resolve(name));
    }

    try (ImageSource source =
        opener(10, "T-shirt/top", "Bag", "Sandal", "Ankle boot").open(List.of(folder))) {
      assertEquals(List.of(0, 1, 3), labels(source));
      assertEquals(List.of("T-Shirt top/x.png", "bag/x.png", "ankle_boot/x.png"), names(source));
      assertEquals(List.of(), source.classNames());
      assertEquals(List.of(), source.notes());
    }
  }

  @Test
  void shouldSayThatItNumbersFoldersByTheirNames() throws IOException {
    picture(folder.resolve("cat/x.png"));
    picture(folder.resolve("dog/x.png"));

    try (ImageSource some = opener(10, "dog", "horse").open(List.of(folder));
        ImageSource none = opener(10).open(List.of(folder))) {
      assertEquals(List.of(0, 1), labels(some));
      assertEquals(
          "folder names are not the model's labels (first 'cat'): classes numbered in the order of"
              + " their names",
          some.notes().get(0));
      assertEquals(List.of(0, 1), labels(none));
      assertTrue(none.notes().get(0).contains("names no labels"), none.notes().get(0));
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 10", "a+, a-"})
  void shouldPreferLabelsOverNumbersAndTellTwinsApart(String one, String other) throws IOException {
    picture(folder.resolve(one + "/x.png"));
    picture(folder.resolve(other + "/x.png"));

    try (ImageSource source = opener(10, other, "horse", one).open(List.of(folder))) {
      assertEquals(List.of(0, 2), labels(source));
      assertEquals(List.of(other + "/x.png", one + "/x.png"), names(source));
    }
  }

  @Test
  void shouldTakeAFairSampleOfTheClassesWhenLimited() throws IOException {
    for (int i = 0; i < 5; i++) {
      picture(folder.resolve("a/" + i + ".png"));
      picture(folder.resolve("b/" + i + ".png"));
    }

    try (ImageSource source = opener(4).open(List.of(folder))) {
      assertEquals(List.of(0, 1, 0, 1), labels(source));
    }
  }

  @ParameterizedTest(name = "wrapper \"{0}\"")
  @ValueSource(strings = {"", "archive/", "my.photos/"})
  void shouldReadZipArchivesWithAndWithoutAFolderAroundTheClasses(String wrapper)
      throws IOException {
    Path zip =
        zip(
            wrapper + "cat/a.png",
            wrapper + "dog/b.png",
            "__MACOSX/" + wrapper + "cat/._a.png",
            wrapper + "cat/.hidden.png");

    try (ImageSource source = opener(10).open(List.of(zip))) {
      assertEquals(List.of("cat/a.png", "dog/b.png"), names(source));
      assertEquals(List.of(0, 1), labels(source));
      assertEquals(24, source.samples(1).length);
    }
  }

  @Test
  void shouldTakePicturesOfAllKindsThatItReads() throws IOException {
    List<String> all = List.of("a.PNG", "b.jpg", "c.jpeg", "d.jfif", "e.bmp", "f.gif", "g.tif");
    for (String name : all) {
      picture(folder.resolve(name));
    }

    try (ImageSource source = opener(10).open(List.of(folder))) {
      assertEquals(all, names(source));
      assertEquals(List.of(), source.notes());
    }
  }

  @Test
  void shouldReadZipArchivesWithNamesInTheCodePageOfDos() throws IOException {
    Path path = folder.resolve("dos.zip");
    try (OutputStream file = Files.newOutputStream(path);
        ZipOutputStream zip = new ZipOutputStream(file, Charset.forName("IBM437"))) {
      zip.putNextEntry(new ZipEntry("T\u00fcr.png"));
      zip.write(PictureBytes.png(4, 6));
      zip.closeEntry();
    }

    try (ImageSource source = opener(10).open(List.of(path))) {
      assertEquals(List.of("T\u00fcr.png"), names(source));
      assertEquals(24, source.samples(0).length);
    }
  }

  @Test
  void shouldReadPicturesWithoutClasses() throws IOException {
    Path one = picture(folder.resolve("b.png"));
    Path other = picture(folder.resolve("a.png"));

    try (ImageSource named = opener(10).open(List.of(one, other));
        ImageSource all = opener(10).open(List.of(folder));
        ImageSource single = opener(10).open(List.of(one))) {
      assertEquals(List.of(one.toString(), other.toString()), names(named));
      assertEquals(List.of("a.png", "b.png"), names(all));
      assertEquals(List.of(ImageSource.NO_LABEL), labels(single));
    }
  }

  @Test
  void shouldRefusePicturesBesideClassFolders() throws IOException {
    picture(folder.resolve("cat/a.png"));
    picture(folder.resolve("stray.png"));

    assertFault(folder, "stray.png");
  }

  @Test
  void shouldNameWhatCannotBeOpened() throws IOException {
    Path text = Files.writeString(folder.resolve("a.txt"), "hello");
    Path empty = Files.write(folder.resolve("empty.png"), new byte[0]);
    Path broken = Files.write(folder.resolve("broken.zip"), new byte[] {'P', 'K', 3, 4, 0, 0});
    Path none = Files.createDirectory(folder.resolve("none"));

    assertFault(text, "not an image file");
    assertFault(empty, "not an image file");
    assertFault(broken, "corrupt zip archive");
    assertFault(none, "no pictures that are PNG, JPEG");
    assertFault(folder.resolve("missing"), "does not exist");
  }

  @Test
  void shouldNameThePictureOfAFolderThatIsCorrupt() throws IOException {
    Path broken =
        Files.write(folder.resolve("broken.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G'});

    try (ImageSource source = opener(10).open(List.of(folder))) {
      DataFault fault = assertThrows(DataFault.class, () -> source.samples(0));
      assertTrue(fault.getMessage().contains(broken.toString()), fault.getMessage());
    }
  }

  @Test
  void shouldRefuseLabelsForPictures() throws IOException {
    Path one = picture(folder.resolve("a.png"));

    DataFault fault =
        assertThrows(
            DataFault.class,
            () -> new ImageOpener(SIZE, folder.resolve("l"), 1, false).open(List.of(one)));

    assertTrue(fault.getMessage().contains("--labels"), fault.getMessage());
  }

  private static ImageOpener opener(int limit, String... labels) {
    return new ImageOpener(SIZE, null, limit, false, List.of(labels));
  }

  private static void assertFault(Path path, String part) {
    DataFault fault = assertThrows(DataFault.class, () -> opener(1).open(List.of(path)).close());
    assertTrue(
        fault.getMessage().contains(part) && fault.getMessage().contains(path.toString()),
        fault.getMessage());
  }

  private static Path picture(Path path) throws IOException {
    Files.createDirectories(path.getParent());
    return Files.write(path, PictureBytes.png(4, 6));
  }

  private Path zip(String... names) throws IOException {
    Path path = folder.resolve("pictures.zip");
    try (OutputStream file = Files.newOutputStream(path);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(PictureBytes.png(4, 6));
        zip.closeEntry();
      }
    }
    return path;
  }

  private static List<String> names(ImageSource source) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < source.count(); i++) {
      names.add(source.name(i));
    }
    return names;
  }

  private static List<Integer> labels(ImageSource source) {
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < source.count(); i++) {
      labels.add(source.label(i));
    }
    return labels;
  }
}
