// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.table;

import io.pascaline.images.DataFault;
import io.pascaline.images.LabelFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Opens files of numbers as inputs of a model. Numbers are taken as they are: no normalisation.
 *
 * @param dims the model's input without the batch
 * @param labelsOrNull a file of labels, one per input, or null
 * @param labelColumnOrNull the column of a CSV file that holds what is right: its name, its number
 *     from 1 or {@code last}; null if all columns are inputs
 * @param limit most inputs to take
 */
public record TableOpener(int[] dims, Path labelsOrNull, String labelColumnOrNull, int limit) {
  private static final int PIXEL_LEVELS = 256;

  /** Returns whether a file is one of numbers, by its first bytes or its name. */
  public static boolean isTable(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    return isNpy(path) || isCsv(path);
  }

  private static boolean isCsv(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".csv") || name.endsWith(".tsv");
  }

  private static boolean isNpy(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] head = in.readNBytes(NpyFile.MAGIC.length());
      return new String(head, StandardCharsets.ISO_8859_1).equals(NpyFile.MAGIC);
    } catch (IOException e) {
      throw new DataFault(
          path + " cannot be read (" + e.getMessage() + ")", "check its permissions", e);
    }
  }

  /**
   * Opens files.
   *
   * @param paths one CSV file, or NumPy files with one or more inputs each
   * @return their inputs
   * @throws DataFault if a file cannot be read or does not fit the model
   */
  public NumberTable open(List<Path> paths) {
    if (paths.size() == 1 && isCsv(paths.get(0))) {
      return csv(paths.get(0));
    }
    if (labelColumnOrNull != null) {
      throw new DataFault(
          "--label-column goes with one CSV file, not with " + paths.get(0),
          "give the labels as a file with --labels");
    }
    List<String> names = new ArrayList<>();
    List<float[]> rows = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    int declared = 0;
    for (Path path : paths) {
      if (!isNpy(path)) {
        throw new DataFault(
            path + " is not a NumPy file, unlike the others",
            "give .npy files alone, or one CSV file");
      }
      declared += take(path, names, rows, notes);
    }
    String description =
        paths.size() == 1 ? paths.get(0).toString() : paths.size() + " NumPy files";
    return new NumberTable(description, names, rows, targets(declared, rows.size()), notes);
  }

  private int take(Path path, List<String> names, List<float[]> rows, List<String> notes) {
    NpyFile file = NpyFile.read(path);
    boolean batch = isBatch(path, file.dims());
    int length = elementCount();
    int count = batch ? file.dims()[0] : 1;
    for (int i = 0; i < count && rows.size() < limit; i++) {
      names.add(batch ? path.getFileName() + "#" + i : path.getFileName().toString());
      rows.add(Arrays.copyOfRange(file.values(), i * length, (i + 1) * length));
    }
    if (file.holdsIntegers() && dims.length == 3 && file.type().endsWith("u1")) {
      notes.add(
          path
              + " holds bytes, which are used as they are: not divided by "
              + (PIXEL_LEVELS - 1)
              + " and not normalised");
    }
    return count;
  }

  /** Axes of length 1 in front may be missing; the batch is the axis before the model's. */
  private boolean isBatch(Path path, int[] found) {
    int[] wanted = withoutOnes(dims);
    if (Arrays.equals(withoutOnes(found), wanted)
        && (found.length <= dims.length || wanted.length > 0)) {
      return false;
    }
    int[] rest = found.length == 0 ? found : Arrays.copyOfRange(found, 1, found.length);
    if (found.length > 0 && found[0] > 0 && Arrays.equals(withoutOnes(rest), wanted)) {
      return true;
    }
    throw new DataFault(
        path
            + " has shape "
            + Arrays.toString(found)
            + " but the model takes "
            + Arrays.toString(dims),
        "give one input, or several along a first axis");
  }

  private static int[] withoutOnes(int... dims) {
    int first = 0;
    while (first < dims.length && dims[first] == 1) {
      first++;
    }
    return Arrays.copyOfRange(dims, first, dims.length);
  }

  private NumberTable csv(Path path) {
    CsvRows csv = CsvRows.read(path, elementCount(), labelColumnOrNull, limit);
    double[] targets = csv.targetsOrNull();
    if (targets != null && labelsOrNull != null) {
      throw new DataFault("labels are given twice", "give --labels or --label-column");
    }
    return new NumberTable(
        path.toString(),
        csv.names(),
        csv.rows(),
        targets == null ? targets(csv.declaredCount(), csv.rows().size()) : targets,
        csv.notes());
  }

  private double[] targets(int declared, int count) {
    return labelsOrNull == null
        ? null
        : Arrays.stream(LabelFile.read(labelsOrNull, declared, count)).asDoubleStream().toArray();
  }

  private int elementCount() {
    return Arrays.stream(dims).reduce(1, Math::multiplyExact);
  }
}
