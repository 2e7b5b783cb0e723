// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import java.util.Arrays;

/**
 * Grey images with their labels, as read from a pair of IDX files.
 *
 * <p>Pixels are unsigned bytes, row-major, image after image. The arrays are the instance's own and
 * are never written after construction, so an instance may be shared by threads.
 */
public final class IdxImages implements ImageSet {
  private final int count;
  private final int height;
  private final int width;
  private final byte[] pixels;
  private final byte[] labels;
  private final int classCount;

  IdxImages(int height, int width, byte[] pixels, byte[] labels) {
    this(height, width, pixels, labels, largest(labels) + 1);
  }

  private IdxImages(int height, int width, byte[] pixels, byte[] labels, int classCount) {
    this.count = labels.length;
    this.height = height;
    this.width = width;
    this.pixels = pixels;
    this.labels = labels;
    this.classCount = classCount;
  }

  /**
   * Images held in memory, for callers that make their own.
   *
   * @param height rows of each image
   * @param width columns of each image
   * @param pixels {@code labels.length * height * width} bytes, copied
   * @param labels one class index per image, copied
   */
  public static IdxImages of(int height, int width, byte[] pixels, byte[] labels) {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("image size " + height + "x" + width);
    }
    if ((long) labels.length * height * width != pixels.length) {
      throw new IllegalArgumentException(
          pixels.length + " pixels for " + labels.length + " images " + height + "x" + width);
    }
    return new IdxImages(height, width, pixels.clone(), labels.clone());
  }

  /** Number of images. */
  @Override
  public int count() {
    return count;
  }

  /** Rows of an image. */
  @Override
  public int height() {
    return height;
  }

  /** Columns of an image. */
  @Override
  public int width() {
    return width;
  }

  /**
   * Grey level, 0 to 255; pixels outside the image read as 0, which is the data set's background.
   */
  public int pixelOrBackground(int image, int row, int column) {
    if (row < 0 || row >= height || column < 0 || column >= width) {
      return 0;
    }
    return pixels[(image * height + row) * width + column] & 0xff;
  }

  /** Class index of an image. */
  @Override
  public int label(int image) {
    return labels[image] & 0xff;
  }

  /** One more than the largest label of the file. */
  @Override
  public int classCount() {
    return classCount;
  }

  @Override
  public int channels() {
    return 1;
  }

  @Override
  public void pixels(int index, byte[] target) {
    int size = height * width;
    System.arraycopy(pixels, index * size, target, 0, size);
  }

  private static int largest(byte[] labels) {
    int largest = 0;
    for (byte label : labels) {
      largest = Math.max(largest, label & 0xff);
    }
    return largest;
  }

  /** Returns the images {@code from} (inclusive) to {@code to} (exclusive), copied. */
  public IdxImages slice(int from, int to) {
    if (from < 0 || to < from || to > count) {
      throw new IllegalArgumentException("slice " + from + " to " + to + " of " + count);
    }
    int size = height * width;
    return new IdxImages(
        height,
        width,
        Arrays.copyOfRange(pixels, from * size, to * size),
        Arrays.copyOfRange(labels, from, to),
        classCount);
  }

  byte[] pixels() {
    return pixels;
  }

  byte[] labels() {
    return labels;
  }
}
