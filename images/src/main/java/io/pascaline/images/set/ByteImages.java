// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import java.util.List;

/** Images in one array each, as every reader but the IDX one makes them. Immutable. */
public final class ByteImages implements ImageSet {
  private final int channels;
  private final int height;
  private final int width;
  private final byte[][] images;
  private final int[] labels;
  private final int classCount;
  private final List<String> classNames;

  private ByteImages(
      int[] size, byte[][] images, int[] labels, int classCount, List<String> classNames) {
    this.channels = size[0];
    this.height = size[1];
    this.width = size[2];
    this.images = images;
    this.labels = labels;
    this.classCount = classCount;
    this.classNames = classNames;
  }

  /**
   * Takes the arrays over; the caller must not write to them again.
   *
   * @param channels of every image
   * @param height of every image
   * @param width of every image
   * @param images [C,H,W] each
   * @param labels class index per image
   * @param classCount number of classes, larger than any label
   * @param classNames by class index, or empty
   * @throws IllegalArgumentException naming the first image that does not fit
   */
  public static ByteImages owning(
      int channels,
      int height,
      int width,
      byte[][] images,
      int[] labels,
      int classCount,
      List<String> classNames) {
    if (channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "image size " + channels + "x" + height + "x" + width + " is not positive");
    }
    if (images.length != labels.length) {
      throw new IllegalArgumentException(images.length + " images, " + labels.length + " labels");
    }
    if (!classNames.isEmpty() && classNames.size() != classCount) {
      throw new IllegalArgumentException(
          classNames.size() + " class names for " + classCount + " classes");
    }
    int sampleCount = channels * height * width;
    for (int i = 0; i < images.length; i++) {
      if (images[i].length != sampleCount) {
        throw new IllegalArgumentException(
            "image " + i + " has " + images[i].length + " samples, not " + sampleCount);
      }
      if (labels[i] < 0 || labels[i] >= classCount) {
        throw new IllegalArgumentException(
            "image " + i + " has label " + labels[i] + " of " + classCount + " classes");
      }
    }
    int[] size = {channels, height, width};
    return new ByteImages(size, images, labels, classCount, List.copyOf(classNames));
  }

  @Override
  public int count() {
    return images.length;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public int classCount() {
    return classCount;
  }

  @Override
  public int channels() {
    return channels;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public void pixels(int index, byte[] target) {
    System.arraycopy(images[index], 0, target, 0, images[index].length);
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }
}
