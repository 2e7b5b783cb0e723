// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Labels from a file of their own: IDX (plain or gzip), or text with one class index per line. */
public final class LabelFile {
  private static final int MAX_TEXT_BYTES = 64 << 20;
  private static final int MAX_CLASS = 1_000_000;

  private LabelFile() {}

  /**
   * Returns the labels file that usually lies beside an IDX image file: {@code images-idx3} in the
   * name replaced by {@code labels-idx1}, with or without {@code .gz}.
   *
   * @param images the image file
   * @return empty if there is none
   */
  static Optional<Path> beside(Path images) {
    Path fileName = images.getFileName();
    String name = fileName == null ? "" : fileName.toString();
    String labels =
        name.replace("images-idx3", "labels-idx1").replace("images.idx3", "labels.idx1");
    if (labels.equals(name)) {
      return Optional.empty();
    }
    String plain = labels.endsWith(".gz") ? labels.substring(0, labels.length() - 3) : labels;
    for (String candidate : new String[] {labels, plain, plain + ".gz"}) {
      Path path = images.resolveSibling(candidate);
      if (Files.isRegularFile(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  /**
   * Reads the first labels of a file.
   *
   * @param path IDX or text
   * @param imageCount number of images in the whole image file
   * @param limit how many labels to return
   * @return class indices, {@code limit} of them
   * @throws DataFault if the file cannot be read or does not fit the images
   */
  public static int[] read(Path path, int imageCount, int limit) {
    if (!Files.exists(path)) {
      throw DataFault.missingFile("label file", path);
    }
    int[] labels = isIdx(path) ? fromIdx(path) : fromText(path);
    if (labels.length != imageCount) {
      throw new DataFault(
          path + " holds " + labels.length + " labels for " + imageCount + " inputs",
          "give the label file that belongs to them with --labels");
    }
    return Arrays.copyOf(labels, limit);
  }

  private static boolean isIdx(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] head = in.readNBytes(2);
      return head.length == 2
          && (head[0] == 0 && head[1] == 0 || head[0] == 0x1f && head[1] == (byte) 0x8b);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static int[] fromIdx(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      return classes(IdxReader.read(in, path.toString(), Integer.MAX_VALUE, 1), path.toString());
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  static int[] classes(IdxReader.Items items, String name) {
    if (items.itemDims().length != 0) {
      throw new DataFault(
          name + " holds no labels but items of " + (items.itemDims().length + 1) + " dimensions",
          "give an IDX file with one dimension (labels-idx1)");
    }
    int[] labels = new int[items.items().length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = items.items()[i][0] & 0xff;
    }
    return labels;
  }

  private static int[] fromText(Path path) {
    String text;
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MAX_TEXT_BYTES + 1);
      if (bytes.length > MAX_TEXT_BYTES) {
        throw new DataFault(
            path + " is larger than " + (MAX_TEXT_BYTES >> 20) + " MiB",
            "give a text file with one class index per line");
      }
      text = new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
    String[] lines = text.strip().split("\\R");
    int[] labels = new int[lines.length];
    for (int i = 0; i < lines.length; i++) {
      labels[i] = label(lines[i].strip(), i + 1, path);
    }
    return labels;
  }

  private static int label(String line, int lineNumber, Path path) {
    int label;
    try {
      label = Integer.parseInt(line);
    } catch (NumberFormatException e) {
      label = -1;
    }
    if (label < 0 || label > MAX_CLASS) {
      throw new DataFault(
          path + " line " + lineNumber + " is not a class index",
          "write one whole number per line, from 0");
    }
    return label;
  }

  private static DataFault unreadable(Path path, IOException e) {
    return new DataFault(
        path + " cannot be read (" + e.getMessage() + ")", "check its permissions", e);
  }
}
