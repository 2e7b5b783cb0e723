// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import io.pascaline.images.DataFault;
import io.pascaline.images.ImageOpener;
import io.pascaline.images.ImageSource;
import io.pascaline.images.InputSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Opens a data set by what the user calls it.
 *
 * <ul>
 *   <li>{@code fashion-mnist}, where Debian installs it, or {@code fashion-mnist:FOLDER};
 *   <li>{@code cifar10:PATH}, {@code cifar100:PATH}: the binary version, or pictures as below;
 *   <li>a folder with the files of either;
 *   <li>a folder with {@code train} and {@code test} folders of class folders, or with {@code
 *       *train*.zip} and {@code *test*.zip}, or a zip of the former name beside one of the latter;
 *   <li>a folder or zip of class folders, of which a sixth is drawn as test images.
 * </ul>
 */
public final class DataSets {
  /** Names that may stand before a colon. */
  private static final String FASHION = "fashion-mnist";

  private static final List<String> TRAINING_NAMES = List.of("train", "training");
  private static final List<String> TEST_NAMES = List.of("test", "val", "valid", "validation");
  private static final int TEST_SHARE = 6;
  private static final long SPLIT_SEED = 1;
  private static final int MIN_SPLIT = 12;

  private DataSets() {}

  /**
   * Reads a data set into memory.
   *
   * @param text as above
   * @throws DataFault with a remedy if it is missing or damaged
   */
  public static DataSet open(String text) {
    if (text.equals(FASHION)) {
      return fashion(FashionMnist.DEBIAN_FOLDER);
    }
    int colon = text.indexOf(':');
    String name = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
    if (name.equals(FASHION)) {
      return fashion(path(text.substring(colon + 1)));
    }
    for (CifarFiles.Kind kind : CifarFiles.Kind.values()) {
      if (text.equals(kind.label())) {
        throw notInstalled(kind);
      }
      if (name.equals(kind.label())) {
        return cifar(kind, path(text.substring(colon + 1)));
      }
    }
    return found(path(text));
  }

  /**
   * Opens one part of a data set for a model: what {@code --images} and {@code --calibration} take
   * beside single files and picture folders.
   *
   * @param text as above
   * @param split which part
   * @param size what the model takes
   * @param limit most images
   * @param resize whether pictures of another size are scaled
   * @param classLabels the model's classes in order, or empty
   * @return empty if the text is no data set but a file, or a folder that is none of the above
   * @throws DataFault with a remedy if the set is missing, damaged or of another size
   */
  public static Optional<ImageSource> open(
      String text,
      Split split,
      InputSize size,
      int limit,
      boolean resize,
      List<String> classLabels) {
    int colon = text.indexOf(':');
    String name = isName(text) ? text.substring(0, colon < 0 ? text.length() : colon) : "";
    Path path = name.isEmpty() ? path(text) : path(text.substring(colon + 1));
    if (text.equals(FASHION) || name.equals(FASHION) || FashionMnist.isPresentIn(path)) {
      Path folder = text.equals(FASHION) ? FashionMnist.DEBIAN_FOLDER : path;
      requireFashion(folder);
      return Optional.of(source(fashion(folder, split), text, split, size, limit));
    }
    for (CifarFiles.Kind kind : CifarFiles.Kind.values()) {
      if (text.equals(kind.label())) {
        throw notInstalled(kind);
      }
      boolean named = name.equals(kind.label());
      if (named && !Files.exists(path)) {
        throw missing(kind, path);
      }
      boolean binary = Files.isDirectory(path) && CifarFiles.folder(kind, path).isPresent();
      if (binary || named && Files.isDirectory(path) && children(path).isEmpty()) {
        ImageSet images = CifarFiles.read(kind, path, split);
        return Optional.of(source(images, text, split, size, limit));
      }
      if (isCifarFile(kind, path)) {
        return Optional.of(source(CifarFiles.read(kind, List.of(path)), text, split, size, limit));
      }
    }
    ImageOpener opener = new ImageOpener(size, null, limit, resize, classLabels);
    Optional<Pair> pair = Files.isDirectory(path) ? children(path) : Optional.empty();
    if (pair.isPresent()) {
      Path images = split.of(pair.get().training, pair.get().test);
      return Optional.of(opener.open(List.of(images)));
    }
    return name.isEmpty() ? Optional.empty() : Optional.of(opener.open(List.of(path)));
  }

  private static ImageSource source(
      ImageSet images, String text, Split split, InputSize size, int limit) {
    String description = text + ", " + split.label();
    return new ImageSetSource(ImageSubset.first(images, limit), description, size);
  }

  private static boolean isCifarFile(CifarFiles.Kind kind, Path path) {
    try {
      return path.toString().endsWith(".bin")
          && Files.isRegularFile(path)
          && CifarFiles.kindOf(Files.size(path)).equals(Optional.of(kind));
    } catch (IOException e) {
      throw new DataFault(
          path + " cannot be read (" + e.getMessage() + ")", "check its permissions", e);
    }
  }

  /**
   * Returns whether a text names a data set, not a file: {@code fashion-mnist} or {@code
   * cifar10:...}.
   */
  public static boolean isName(String text) {
    String name = text.contains(":") ? text.substring(0, text.indexOf(':')) : text;
    return name.equals(FASHION)
        || Stream.of(CifarFiles.Kind.values()).anyMatch(kind -> kind.label().equals(name));
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new DataFault(
          text + " is not a path in the encoding " + System.getProperty("sun.jnu.encoding"),
          "give a folder or file, or set LC_ALL=C.UTF-8 if its name is not in ASCII",
          e);
    }
  }

  private static DataSet fashion(Path folder) {
    requireFashion(folder);
    try {
      FashionMnist data = FashionMnist.read(folder);
      return new DataSet(
          FASHION,
          named(data.training(), FashionMnist.LABELS),
          named(data.test(), FashionMnist.LABELS),
          "the published test images");
    } catch (IOException e) {
      throw new DataFault(
          folder + " cannot be read (" + e.getMessage() + ")", "install the data set again", e);
    }
  }

  private static void requireFashion(Path folder) {
    if (!FashionMnist.isPresentIn(folder)) {
      throw new DataFault(
          folder + " holds no Fashion-MNIST",
          "install it (Debian, Ubuntu: apt-get install dataset-fashion-mnist) or give the folder"
              + " of its four .gz files as fashion-mnist:FOLDER");
    }
  }

  private static ImageSet fashion(Path folder, Split split) {
    try {
      return named(FashionMnist.read(folder, split), FashionMnist.LABELS);
    } catch (IOException e) {
      throw new DataFault(
          folder + " cannot be read (" + e.getMessage() + ")", "install the data set again", e);
    }
  }

  private static ImageSet named(ImageSet images, List<String> names) {
    return images.classCount() > names.size() ? images : new NamedImages(images, names);
  }

  private static DataSet cifar(CifarFiles.Kind kind, Path path) {
    if (!Files.exists(path)) {
      throw missing(kind, path);
    }
    if (Files.isDirectory(path) && pair(path).isEmpty()) {
      return CifarFiles.read(kind, path);
    }
    return pictures(kind.label(), path);
  }

  private static DataFault notInstalled(CifarFiles.Kind kind) {
    return new DataFault(
        "no data set " + kind.label() + " is installed",
        "download its binary version from "
            + CifarFiles.ORIGIN
            + ", unpack it, and give the folder as "
            + kind.label()
            + ":FOLDER");
  }

  private static DataFault missing(CifarFiles.Kind kind, Path path) {
    return new DataFault(
        path + " does not exist",
        "download the binary version of "
            + kind.label()
            + " from "
            + CifarFiles.ORIGIN
            + " and give the folder that it unpacks to");
  }

  private static DataSet found(Path path) {
    if (!Files.exists(path)) {
      throw new DataFault(
          path + " does not exist",
          "give a folder or zip of class folders, fashion-mnist, or cifar10:FOLDER");
    }
    if (FashionMnist.isPresentIn(path)) {
      return fashion(path);
    }
    for (CifarFiles.Kind kind : CifarFiles.Kind.values()) {
      if (Files.isDirectory(path) && CifarFiles.folder(kind, path).isPresent()) {
        return CifarFiles.read(kind, path);
      }
    }
    return pictures(path.toString(), path);
  }

  private static DataSet pictures(String name, Path path) {
    Optional<Pair> pair = pair(path);
    if (pair.isPresent()) {
      ImageSet training = PictureSets.load(pair.get().training, null, List.of());
      ImageSet test =
          PictureSets.load(
              pair.get().test,
              new InputSize(training.channels(), training.height(), training.width()),
              training.classNames());
      return new DataSet(name, training, test, "pictures of " + pair.get().test.getFileName());
    }
    ImageSet all = PictureSets.load(path, null, List.of());
    if (all.count() < MIN_SPLIT) {
      throw new DataFault(
          path + " holds " + all.count() + " pictures", "give at least " + MIN_SPLIT);
    }
    ImageSubset.Split split = ImageSubset.split(all, all.count() / TEST_SHARE, SPLIT_SEED);
    return new DataSet(
        name,
        split.training(),
        split.validation(),
        "a sixth of the pictures, drawn with seed " + SPLIT_SEED);
  }

  private record Pair(Path training, Path test) {}

  /** Training and test pictures that lie side by side. */
  private static Optional<Pair> pair(Path path) {
    if (Files.isDirectory(path)) {
      Optional<Pair> inside = children(path);
      if (inside.isPresent()) {
        return inside;
      }
    }
    Path fileName = path.getFileName();
    String name = fileName == null ? "" : fileName.toString();
    Path test = path.resolveSibling(name.replace("train", "test"));
    return name.contains("train") && Files.exists(test)
        ? Optional.of(new Pair(path, test))
        : Optional.empty();
  }

  /** Training and test pictures inside a folder. */
  private static Optional<Pair> children(Path folder) {
    Optional<Path> training = child(folder, TRAINING_NAMES);
    Optional<Path> test = child(folder, TEST_NAMES);
    return training.isPresent() && test.isPresent()
        ? Optional.of(new Pair(training.get(), test.get()))
        : Optional.empty();
  }

  private static Optional<Path> child(Path folder, List<String> names) {
    for (String name : names) {
      if (Files.isDirectory(folder.resolve(name))) {
        return Optional.of(folder.resolve(name));
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> isZipCalled(file.getFileName().toString(), names.get(0)))
          .sorted()
          .findFirst();
    } catch (IOException e) {
      throw new DataFault(
          folder + " cannot be read (" + e.getMessage() + ")", "check its permissions", e);
    }
  }

  private static boolean isZipCalled(String fileName, String part) {
    return fileName.endsWith(".zip") && fileName.contains(part);
  }
}
