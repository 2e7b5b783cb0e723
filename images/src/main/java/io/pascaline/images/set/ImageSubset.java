// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Some images of a set in an order of their own, without copying them. Immutable. */
public final class ImageSubset implements ImageSet {
  private final ImageSet whole;
  private final int[] indices;

  private ImageSubset(ImageSet whole, int[] indices) {
    this.whole = whole;
    this.indices = indices;
  }

  /**
   * Returns the first images of a set.
   *
   * @param whole the set
   * @param count how many, from 1; all if there are fewer
   */
  public static ImageSet first(ImageSet whole, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count " + count + " leaves no image");
    }
    return count >= whole.count()
        ? whole
        : new ImageSubset(whole, IntStream.range(0, count).toArray());
  }

  /**
   * Chosen images of a set.
   *
   * @param whole the set
   * @param indices in the order wanted, copied
   */
  public static ImageSubset of(ImageSet whole, int[] indices) {
    for (int index : indices) {
      if (index < 0 || index >= whole.count()) {
        throw new IllegalArgumentException("index " + index + " of " + whole.count() + " images");
      }
    }
    return new ImageSubset(whole, indices.clone());
  }

  /**
   * A set in two: the same seed and count give the same halves, each in the set's own order.
   *
   * @param training what is left
   * @param validation the images held out
   */
  public record Split(ImageSubset training, ImageSubset validation) {}

  /**
   * Holds out images drawn without replacement.
   *
   * @param whole the set
   * @param validationCount how many to hold out, from 1 to {@code whole.count() - 1}
   * @param seed of the draw
   */
  public static Split split(ImageSet whole, int validationCount, long seed) {
    int count = whole.count();
    if (validationCount < 1 || validationCount >= count) {
      throw new IllegalArgumentException(
          "validationCount " + validationCount + " of " + count + " images");
    }
    int[] order = shuffled(count, seed);
    int[] validation = Arrays.copyOf(order, validationCount);
    int[] training = Arrays.copyOfRange(order, validationCount, count);
    Arrays.sort(validation);
    Arrays.sort(training);
    return new Split(new ImageSubset(whole, training), new ImageSubset(whole, validation));
  }

  private static int[] shuffled(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  @Override
  public int count() {
    return indices.length;
  }

  @Override
  public int label(int index) {
    return whole.label(indices[index]);
  }

  @Override
  public int classCount() {
    return whole.classCount();
  }

  @Override
  public int channels() {
    return whole.channels();
  }

  @Override
  public int height() {
    return whole.height();
  }

  @Override
  public int width() {
    return whole.width();
  }

  @Override
  public void pixels(int index, byte[] target) {
    whole.pixels(indices[index], target);
  }

  @Override
  public List<String> classNames() {
    return whole.classNames();
  }
}
