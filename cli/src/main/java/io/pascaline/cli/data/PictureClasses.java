package io.pascaline.cli.data;

import io.pascaline.cli.fault.CommandFault;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Pictures sorted into classes by the folder they lie in.
 *
 * <p>Classes are numbered in the order of their names; when every name is a whole number, the name
 * itself is the class. The pictures then come in turn, one of each class, so that the first of them
 * are a fair sample. Without folders there are no classes and the pictures come by name.
 *
 * @param files in the order in which they are evaluated
 * @param labels the class of each, or {@link ImageSource#NO_LABEL}; owned by this record
 * @param classNames by class; empty when there are no classes or their names are numbers
 */
record PictureClasses(List<PictureFile> files, int[] labels, List<String> classNames) {
  private static final int MAX_NUMBER_LENGTH = 6;

  /**
   * Sorts pictures.
   *
   * @param found pictures below one folder or archive
   * @param limit most pictures to keep
   * @param where the folder or archive, for errors
   * @return the pictures by class
   * @throws CommandFault if there are none, or some lie in classes and some do not
   */
  static PictureClasses sort(List<PictureFile> found, int limit, String where) {
    if (found.isEmpty()) {
      throw new CommandFault(
          where + " holds no PNG or JPEG pictures",
          "name a folder or zip of pictures, or of class folders with pictures");
    }
    TreeMap<String, List<PictureFile>> byFolder = new TreeMap<>(classOrder(found));
    for (PictureFile file : found) {
      byFolder.computeIfAbsent(classFolder(file), folder -> new ArrayList<>()).add(file);
    }
    byFolder.values().forEach(list -> list.sort(Comparator.comparing(PictureFile::name)));
    boolean stray = found.stream().anyMatch(file -> file.folder().isEmpty());
    if (stray && byFolder.size() == 1) {
      return unlabelled(byFolder.get(""), limit);
    }
    if (stray) {
      throw new CommandFault(
          where + " holds both pictures and class folders, first " + byFolder.get("").get(0).name(),
          "move every picture into a class folder");
    }
    return inTurn(byFolder, limit);
  }

  static PictureClasses unlabelled(List<PictureFile> files, int limit) {
    List<PictureFile> kept = List.copyOf(files.subList(0, Math.min(limit, files.size())));
    int[] labels = new int[kept.size()];
    Arrays.fill(labels, ImageSource.NO_LABEL);
    return new PictureClasses(kept, labels, List.of());
  }

  private static PictureClasses inTurn(TreeMap<String, List<PictureFile>> byFolder, int limit) {
    List<String> names = List.copyOf(byFolder.keySet());
    boolean numbered = names.stream().allMatch(PictureClasses::isNumber);
    List<PictureFile> files = new ArrayList<>();
    int[] labels = new int[byFolder.values().stream().mapToInt(List::size).sum()];
    for (int turn = 0; files.size() < Math.min(limit, labels.length); turn++) {
      for (int c = 0; c < names.size() && files.size() < limit; c++) {
        List<PictureFile> inClass = byFolder.get(names.get(c));
        if (turn < inClass.size()) {
          labels[files.size()] = numbered ? Integer.parseInt(names.get(c)) : c;
          files.add(inClass.get(turn));
        }
      }
    }
    return new PictureClasses(
        List.copyOf(files), Arrays.copyOf(labels, files.size()), numbered ? List.of() : names);
  }

  private static String classFolder(PictureFile file) {
    String folder = file.folder();
    int slash = folder.indexOf('/');
    return slash < 0 ? folder : folder.substring(0, slash);
  }

  private static Comparator<String> classOrder(List<PictureFile> found) {
    boolean numbered =
        found.stream().map(PictureClasses::classFolder).allMatch(PictureClasses::isNumber);
    return numbered
        ? Comparator.<String>comparingInt(Integer::parseInt).thenComparing(n -> n)
        : Comparator.naturalOrder();
  }

  private static boolean isNumber(String name) {
    return !name.isEmpty()
        && name.length() <= MAX_NUMBER_LENGTH
        && name.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
