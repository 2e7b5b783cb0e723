package io.pascaline.training.data;

import io.pascaline.training.data.source.DataFault;
import io.pascaline.training.data.source.InputSize;
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
  private static final int LEAST_SPLIT = 12;

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
        throw new DataFault(
            "no data set " + text + " is installed",
            "download its binary version from "
                + CifarFiles.ORIGIN
                + ", unpack it, and give the folder as "
                + text
                + ":FOLDER");
      }
      if (name.equals(kind.label())) {
        return cifar(kind, path(text.substring(colon + 1)));
      }
    }
    return found(path(text));
  }

  /** Whether a text names a data set, not a file: {@code fashion-mnist} or {@code cifar10:...}. */
  public static boolean isName(String text) {
    String name = text.contains(":") ? text.substring(0, text.indexOf(':')) : text;
    return name.equals(FASHION)
        || Stream.of(CifarFiles.Kind.values()).anyMatch(kind -> kind.label().equals(name));
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new DataFault(text + " is no path", "give a folder or file", e);
    }
  }

  private static DataSet fashion(Path folder) {
    if (!FashionMnist.isPresentIn(folder)) {
      throw new DataFault(
          folder + " holds no Fashion-MNIST",
          "install it (Debian, Ubuntu: apt-get install dataset-fashion-mnist) or give the folder"
              + " of its four .gz files as fashion-mnist:FOLDER");
    }
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

  private static ImageSet named(ImageSet images, List<String> names) {
    return images.classCount() > names.size() ? images : new NamedImages(images, names);
  }

  private static DataSet cifar(CifarFiles.Kind kind, Path path) {
    if (!Files.exists(path)) {
      throw new DataFault(
          path + " does not exist",
          "download the binary version of "
              + kind.label()
              + " from "
              + CifarFiles.ORIGIN
              + " and give the folder that it unpacks to");
    }
    if (Files.isDirectory(path) && pair(path).isEmpty()) {
      return CifarFiles.read(kind, path);
    }
    return pictures(kind.label(), path);
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
    if (all.count() < LEAST_SPLIT) {
      throw new DataFault(
          path + " holds " + all.count() + " pictures", "give at least " + LEAST_SPLIT);
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
      Optional<Path> training = child(path, TRAINING_NAMES);
      Optional<Path> test = child(path, TEST_NAMES);
      if (training.isPresent() && test.isPresent()) {
        return Optional.of(new Pair(training.get(), test.get()));
      }
    }
    Path fileName = path.getFileName();
    String name = fileName == null ? "" : fileName.toString();
    Path test = path.resolveSibling(name.replace("train", "test"));
    return name.contains("train") && Files.exists(test)
        ? Optional.of(new Pair(path, test))
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
