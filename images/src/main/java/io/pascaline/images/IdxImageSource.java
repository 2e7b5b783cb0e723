// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Images of an IDX file with their labels, kept in memory as they were read. */
final class IdxImageSource implements ImageSource {
  private final String description;
  private final byte[][] images;
  private final int[] labels;

  private IdxImageSource(String description, byte[][] images, int[] labels) {
    this.description = description;
    this.images = images;
    this.labels = labels;
  }

  /**
   * Opens an image file and the labels beside it or elsewhere.
   *
   * @param path the image file
   * @param labelPath the label file, or null to look beside the images
   * @param size what the model takes
   * @param limit most images to read
   * @return the source
   */
  static IdxImageSource open(Path path, Path labelPath, InputSize size, int limit) {
    IdxReader.Items items;
    try (InputStream in = Files.newInputStream(path)) {
      items = IdxReader.read(in, path.toString(), limit, PictureDecoder.MAX_PIXELS);
    } catch (IOException e) {
      throw new DataFault(
          path + " cannot be read (" + e.getMessage() + ")", "check its permissions", e);
    }
    requireSize(items, size, path.toString());
    Path labelFile = labelPath == null ? LabelFile.beside(path).orElse(null) : labelPath;
    int[] labels =
        labelFile == null
            ? null
            : LabelFile.read(labelFile, items.declaredCount(), items.items().length);
    return new IdxImageSource(path.toString(), items.items(), labels);
  }

  /**
   * Reads images and labels from two streams, both closed by the caller.
   *
   * @param images an IDX image file
   * @param labels an IDX label file, or null
   * @param description where they come from
   * @param size what the model takes
   * @param limit most images to read
   * @return the source
   */
  static IdxImageSource read(
      InputStream images, InputStream labels, String description, InputSize size, int limit) {
    IdxReader.Items items = IdxReader.read(images, description, limit, PictureDecoder.MAX_PIXELS);
    requireSize(items, size, description);
    int[] classes = null;
    if (labels != null) {
      classes = LabelFile.classes(IdxReader.read(labels, description, limit, 1), description);
      if (classes.length != items.items().length) {
        throw new DataFault(
            description + " holds " + classes.length + " labels for its images",
            "build it again from its sources");
      }
    }
    return new IdxImageSource(description, items.items(), classes);
  }

  private static void requireSize(IdxReader.Items items, InputSize size, String name) {
    int[] dims = items.itemDims();
    int[] wanted =
        size.channels() == 1
            ? new int[] {size.height(), size.width()}
            : new int[] {size.channels(), size.height(), size.width()};
    if (Arrays.equals(dims, wanted)
        || Arrays.equals(dims, new int[] {size.channels(), size.height(), size.width()})) {
      return;
    }
    if (dims.length < 2) {
      throw new DataFault(
          name + " holds no images (" + (dims.length + 1) + " dimensions)",
          "give an IDX image file (images-idx3)");
    }
    throw new DataFault(
        name
            + " holds images of "
            + Arrays.toString(dims)
            + " (rows, columns) but the model takes "
            + size.describe(),
        "give a model for this size, or images of the model's size");
  }

  @Override
  public int count() {
    return images.length;
  }

  @Override
  public String name(int index) {
    return "#" + index;
  }

  @Override
  public int label(int index) {
    return labels == null ? NO_LABEL : labels[index];
  }

  @Override
  public List<String> classNames() {
    return List.of();
  }

  @Override
  public byte[] samples(int index) {
    return images[index].clone();
  }

  @Override
  public String describe() {
    return description;
  }

  @Override
  public void close() {
    // Everything was read when it was opened.
  }
}
