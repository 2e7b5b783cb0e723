// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Sorts the files of a folder or archive into pictures and others, which are counted by kind. */
final class PictureFinder {
  private static final int MAX_FILES = 2_000_000;
  private static final int MAX_KINDS = 5;
  private static final int MAX_KIND_LENGTH = 12;

  private final Path where;
  private final List<PictureFile> pictures = new ArrayList<>();
  private final TreeMap<String, Integer> others = new TreeMap<>();
  private int otherCount;
  private String firstUnreadPicture = "";

  PictureFinder(Path where) {
    this.where = where;
  }

  /**
   * Takes a file.
   *
   * @param name its path in the folder or archive, with slashes
   * @param opener opens it
   */
  void add(String name, PictureFile.Opener opener) {
    if (isHidden(name)) {
      return;
    }
    if (!PictureFile.hasPictureName(name)) {
      otherCount++;
      others.merge(kind(name), 1, Integer::sum);
      if (firstUnreadPicture.isEmpty() && PictureKind.called(name).isPresent()) {
        firstUnreadPicture = name;
      }
      return;
    }
    pictures.add(new PictureFile(name, opener));
    if (pictures.size() > MAX_FILES) {
      throw new DataFault(
          where + " holds more than " + MAX_FILES + " pictures", "name a smaller folder");
    }
  }

  /** Finder and friends leave resource forks and hidden files that are called like pictures. */
  static boolean isHidden(String name) {
    return name.startsWith(".") || name.contains("/.") || name.startsWith("__MACOSX/");
  }

  private static String kind(String name) {
    String file = name.substring(name.lastIndexOf('/') + 1);
    int dot = file.lastIndexOf('.');
    String kind = dot < 0 ? "" : file.substring(dot).toLowerCase(Locale.ROOT);
    return kind.isEmpty() || kind.length() > MAX_KIND_LENGTH ? "without a kind" : kind;
  }

  List<PictureFile> pictures() {
    return pictures;
  }

  /** Returns the classes with a note on what was left out, if anything was. */
  PictureClasses noted(PictureClasses classes) {
    if (otherCount == 0) {
      return classes;
    }
    List<String> kinds = new ArrayList<>();
    others.forEach((kind, count) -> kinds.add(count + " " + kind));
    String listed =
        kinds.size() > MAX_KINDS
            ? String.join(", ", kinds.subList(0, MAX_KINDS)) + " and others"
            : String.join(", ", kinds);
    return classes.withNote(
        where
            + ": left out "
            + otherCount
            + (otherCount == 1 ? " file that is" : " files that are")
            + " not "
            + PictureKind.READ
            + " ("
            + listed
            + ")"
            + (firstUnreadPicture.isEmpty()
                ? ""
                : "; convert such pictures to PNG, first " + firstUnreadPicture));
  }
}
