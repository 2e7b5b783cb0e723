package io.pascaline.training.data;

import java.util.SplittableRandom;

/**
 * Shuffled, augmented mini-batches of one epoch: every image once, mirrored with probability one
 * half and moved by up to {@code maxShift} pixels in both directions.
 *
 * <p>The batches depend on the seed and the epoch only. An incomplete last batch is left out, so
 * that batch statistics are always taken over the same number of images. Not thread-safe.
 */
public final class AugmentedBatches {
  private final IdxImages images;
  private final Normalisation normalisation;
  private final int batchSize;
  private final int maxShift;
  private final SplittableRandom random;
  private final int[] order;
  private int next;

  /** The batches of an epoch. */
  public AugmentedBatches(
      IdxImages images,
      Normalisation normalisation,
      int batchSize,
      int maxShift,
      long seed,
      int epoch) {
    if (batchSize < 1 || batchSize > images.count()) {
      throw new IllegalArgumentException(
          "batchSize " + batchSize + " for " + images.count() + " images");
    }
    if (maxShift < 0) {
      throw new IllegalArgumentException("maxShift " + maxShift);
    }
    this.images = images;
    this.normalisation = normalisation;
    this.batchSize = batchSize;
    this.maxShift = maxShift;
    this.random = new SplittableRandom(seed * 1_000_003L + epoch);
    this.order = shuffled(images.count(), random);
  }

  /** Whether a whole batch is left. */
  public boolean hasNext() {
    return next + batchSize <= order.length;
  }

  /**
   * Fills the next batch.
   *
   * @param inputs receives {@code batchSize * height * width} normalised pixels
   * @param labels receives {@code batchSize} class indices
   */
  public void next(float[] inputs, int[] labels) {
    if (!hasNext()) {
      throw new IllegalStateException("the epoch is over");
    }
    int size = images.height() * images.width();
    for (int i = 0; i < batchSize; i++) {
      int image = order[next++];
      labels[i] = images.label(image);
      write(image, inputs, i * size);
    }
  }

  private void write(int image, float[] inputs, int offset) {
    int height = images.height();
    int width = images.width();
    boolean mirrored = random.nextBoolean();
    int down = random.nextInt(2 * maxShift + 1) - maxShift;
    int right = random.nextInt(2 * maxShift + 1) - maxShift;
    int index = offset;
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        int source = mirrored ? width - 1 - column : column;
        inputs[index++] =
            normalisation.apply(images.pixelOrBackground(image, row + down, source + right));
      }
    }
  }

  private static int[] shuffled(int count, SplittableRandom random) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
