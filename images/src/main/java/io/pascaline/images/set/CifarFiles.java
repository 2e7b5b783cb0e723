// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import io.pascaline.images.DataFault;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads CIFAR-10 and CIFAR-100 in their binary version: 32x32 RGB.
 *
 * <pre>
 *   CIFAR-10    1 byte class                     3072 bytes [C,H,W]
 *   CIFAR-100   1 byte coarse, 1 byte fine class 3072 bytes [C,H,W]
 * </pre>
 *
 * <p>Of CIFAR-100 the fine classes are taken. Source: A. Krizhevsky, "Learning Multiple Layers of
 * Features from Tiny Images", 2009, and the page that the data is published on.
 */
public final class CifarFiles {
  /** Where the data is published. */
  public static final String ORIGIN = "https://www.cs.toronto.edu/~kriz/cifar.html";

  private static final int CHANNELS = 3;
  private static final int SIDE = 32;
  private static final int SAMPLE_COUNT = CHANNELS * SIDE * SIDE;
  private static final int MAX_IMAGES = 10_000_000;

  private CifarFiles() {}

  /** The two data sets. */
  public enum Kind {
    /** Ten classes in {@code data_batch_1.bin} to {@code data_batch_5.bin}. */
    CIFAR10(
        "cifar10",
        1,
        10,
        "cifar-10-batches-bin",
        List.of(
            "data_batch_1.bin",
            "data_batch_2.bin",
            "data_batch_3.bin",
            "data_batch_4.bin",
            "data_batch_5.bin"),
        "test_batch.bin",
        "batches.meta.txt"),

    /** A hundred classes in {@code train.bin}. */
    CIFAR100(
        "cifar100",
        2,
        100,
        "cifar-100-binary",
        List.of("train.bin"),
        "test.bin",
        "fine_label_names.txt");

    private final String label;
    private final int labelBytes;
    private final int classCount;
    private final String folder;
    private final List<String> trainingFiles;
    private final String testFile;
    private final String namesFile;

    Kind(
        String label,
        int labelBytes,
        int classCount,
        String folder,
        List<String> trainingFiles,
        String testFile,
        String namesFile) {
      this.label = label;
      this.labelBytes = labelBytes;
      this.classCount = classCount;
      this.folder = folder;
      this.trainingFiles = trainingFiles;
      this.testFile = testFile;
      this.namesFile = namesFile;
    }

    /** As the command line calls it. */
    public String label() {
      return label;
    }

    int recordLength() {
      return labelBytes + SAMPLE_COUNT;
    }
  }

  /**
   * Returns the folder with the binary files: the given one or the one of the published archive in
   * it.
   *
   * @return empty if neither holds the first training file
   */
  static Optional<Path> folder(Kind kind, Path folder) {
    for (Path candidate : new Path[] {folder, folder.resolve(kind.folder)}) {
      if (Files.isRegularFile(candidate.resolve(kind.trainingFiles.get(0)))) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /**
   * Reads training and test images.
   *
   * @param kind which of the two
   * @param folder with the published files, or above their folder
   * @throws DataFault naming the file that is missing or damaged
   */
  public static DataSet read(Kind kind, Path folder) {
    Path files = folder(kind, folder).orElseThrow(() -> missing(kind, folder));
    List<String> names = classNames(kind, files.resolve(kind.namesFile));
    List<Path> training = kind.trainingFiles.stream().map(files::resolve).toList();
    return new DataSet(
        kind.label,
        images(kind, training, names),
        images(kind, List.of(files.resolve(kind.testFile)), names),
        "the published test images");
  }

  /**
   * Reads one binary file alone.
   *
   * @throws DataFault if it is damaged
   */
  public static ImageSet read(Kind kind, List<Path> files) {
    return images(kind, files, List.of());
  }

  /** Reads one part alone. */
  static ImageSet read(Kind kind, Path folder, Split split) {
    Path files = folder(kind, folder).orElseThrow(() -> missing(kind, folder));
    List<String> names = split.of(kind.trainingFiles, List.of(kind.testFile));
    List<Path> chosen = names.stream().map(files::resolve).toList();
    return images(kind, chosen, classNames(kind, files.resolve(kind.namesFile)));
  }

  /**
   * Returns which of the two a file's length fits: a whole number of records; CIFAR-10 if both do.
   */
  static Optional<Kind> kindOf(long lengthBytes) {
    for (Kind kind : Kind.values()) {
      if (lengthBytes > 0 && lengthBytes % kind.recordLength() == 0) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  private static DataFault missing(Kind kind, Path folder) {
    return new DataFault(
        folder + " holds no " + kind.label + " (" + kind.trainingFiles.get(0) + ")",
        "download the binary version from "
            + ORIGIN
            + ", unpack it, and give the folder as "
            + kind.label
            + ":FOLDER");
  }

  private static ImageSet images(Kind kind, List<Path> files, List<String> names) {
    List<byte[]> images = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (Path file : files) {
      append(kind, file, images, labels);
    }
    return ByteImages.owning(
        CHANNELS,
        SIDE,
        SIDE,
        images.toArray(byte[][]::new),
        labels.stream().mapToInt(Integer::intValue).toArray(),
        kind.classCount,
        names);
  }

  private static void append(Kind kind, Path file, List<byte[]> images, List<Integer> labels) {
    if (!Files.isRegularFile(file)) {
      throw DataFault.missingFile(kind.label + " file", file);
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      long length = Files.size(file);
      if (length == 0 || length % kind.recordLength() != 0) {
        throw new DataFault(
            file
                + " is damaged ("
                + length
                + " bytes are not a multiple of "
                + kind.recordLength()
                + ")",
            "download it again from " + ORIGIN);
      }
      if (length / kind.recordLength() > MAX_IMAGES) {
        throw new DataFault(file + " holds more than " + MAX_IMAGES + " images", "split it");
      }
      for (long left = length / kind.recordLength(); left > 0; left--) {
        byte[] label = in.readNBytes(kind.labelBytes);
        byte[] image = in.readNBytes(SAMPLE_COUNT);
        if (image.length < SAMPLE_COUNT) {
          throw new DataFault(file + " is cut short", "download it again from " + ORIGIN);
        }
        // The last label byte is the class; CIFAR-100's coarse class comes before it.
        int classIndex = label[kind.labelBytes - 1] & 0xff;
        if (classIndex >= kind.classCount) {
          throw new DataFault(
              file + " names class " + classIndex + " of " + kind.classCount,
              "give " + kind.label + " in its binary version from " + ORIGIN);
        }
        images.add(image);
        labels.add(classIndex);
      }
    } catch (IOException e) {
      throw new DataFault(
          file + " cannot be read (" + e.getMessage() + ")", "check its permissions and disk", e);
    }
  }

  private static List<String> classNames(Kind kind, Path file) {
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    try {
      List<String> names =
          Files.readAllLines(file, StandardCharsets.UTF_8).stream()
              .map(String::strip)
              .filter(name -> !name.isEmpty())
              .toList();
      return names.size() == kind.classCount ? names : List.of();
    } catch (IOException e) {
      throw new DataFault(
          file + " cannot be read (" + e.getMessage() + ")", "check its permissions", e);
    }
  }
}
