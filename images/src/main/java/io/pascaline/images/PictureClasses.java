// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Pictures sorted into classes by the folder they lie in.
 *
 * <p>{@link ClassNumbering} says which class a folder is. The pictures come in turn, one of each
 * class, so that the first of them are a fair sample. Without folders there are no classes and the
 * pictures come by name.
 *
 * @param files in the order in which they are evaluated
 * @param labels the class of each, or {@link ImageSource#NO_LABEL}; owned by this record
 * @param classNames by class; empty when the folders' names do not number the classes
 * @param notes what the user should know about classes and files
 */
record PictureClasses(
    List<PictureFile> files, int[] labels, List<String> classNames, List<String> notes) {

  /**
   * Sorts pictures.
   *
   * @param found pictures below one folder or archive
   * @param limit most pictures to keep
   * @param modelLabels the model's classes in order; empty if it names none
   * @param where the folder or archive, for errors
   * @return the pictures by class
   * @throws DataFault if there are none, or some lie in classes and some do not
   */
  static PictureClasses sort(
      List<PictureFile> found, int limit, List<String> modelLabels, String where) {
    if (found.isEmpty()) {
      throw new DataFault(
          where + " holds no pictures that are " + PictureKind.READ,
          "name a folder or zip of pictures, or of class folders with pictures");
    }
    TreeMap<String, List<PictureFile>> byFolder = new TreeMap<>();
    for (PictureFile file : found) {
      byFolder.computeIfAbsent(classFolder(file), folder -> new ArrayList<>()).add(file);
    }
    byFolder.values().forEach(list -> list.sort(Comparator.comparing(PictureFile::name)));
    boolean stray = found.stream().anyMatch(file -> file.folder().isEmpty());
    if (stray && byFolder.size() == 1) {
      return unlabelled(byFolder.get(""), limit);
    }
    if (stray) {
      throw new DataFault(
          where + " holds both pictures and class folders, first " + byFolder.get("").get(0).name(),
          "move every picture into a class folder");
    }
    return inTurn(byFolder, ClassNumbering.of(byFolder.keySet(), modelLabels), limit);
  }

  static PictureClasses unlabelled(List<PictureFile> files, int limit) {
    List<PictureFile> kept = List.copyOf(files.subList(0, Math.min(limit, files.size())));
    int[] labels = new int[kept.size()];
    Arrays.fill(labels, ImageSource.NO_LABEL);
    return new PictureClasses(kept, labels, List.of(), List.of());
  }

  private static PictureClasses inTurn(
      TreeMap<String, List<PictureFile>> byFolder, ClassNumbering numbering, int limit) {
    Map<String, Integer> numbers = numbering.numbers();
    // A stable sort: folders of one class stay in the order of their names.
    List<String> names =
        byFolder.keySet().stream().sorted(Comparator.comparing(numbers::get)).toList();
    List<PictureFile> files = new ArrayList<>();
    int[] labels = new int[byFolder.values().stream().mapToInt(List::size).sum()];
    for (int turn = 0; files.size() < Math.min(limit, labels.length); turn++) {
      for (int c = 0; c < names.size() && files.size() < limit; c++) {
        List<PictureFile> inClass = byFolder.get(names.get(c));
        if (turn < inClass.size()) {
          labels[files.size()] = numbers.get(names.get(c));
          files.add(inClass.get(turn));
        }
      }
    }
    return new PictureClasses(
        List.copyOf(files),
        Arrays.copyOf(labels, files.size()),
        numbering.classNames(),
        numbering.note().stream().toList());
  }

  private static String classFolder(PictureFile file) {
    String folder = file.folder();
    int slash = folder.indexOf('/');
    return slash < 0 ? folder : folder.substring(0, slash);
  }

  /** Returns the same with a further note. */
  PictureClasses withNote(String note) {
    List<String> all = new ArrayList<>(notes);
    all.add(note);
    return new PictureClasses(files, labels, classNames, List.copyOf(all));
  }
}
