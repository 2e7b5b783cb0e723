// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.augment;

import io.pascaline.images.set.ImageSet;
import io.pascaline.training.data.ChannelNormalisation;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Shuffled, varied mini-batches. A batch follows from the seed, the epoch and the step alone, so
 * that training can be taken up at any step without having kept the state of a generator. An
 * incomplete last batch is left out: batch statistics are always taken over as many images.
 *
 * <p>Thread-safe only for one thread at a time.
 */
public final class BatchMaker {
  // Odd constants without structure, so that neighbouring epochs and steps share no random stream.
  private static final long EPOCH_FACTOR = 0x9E3779B97F4A7C15L;
  private static final long STEP_FACTOR = 0xD1B54A32D192ED03L;

  private final ImageSet images;
  private final ChannelNormalisation normalisation;
  private final int channels;
  private final float[] black;
  private final Augmentation augmentation;
  private final double smoothing;
  private final int batchSize;
  private final long seed;
  private final byte[] pixels;
  private int[] order;
  private int orderEpoch = -1;

  /**
   * A maker.
   *
   * @param smoothing part of every target that is spread evenly over all classes, from 0 up to, not
   *     including, 1
   * @param batchSize at most as many as there are images
   */
  public BatchMaker(
      ImageSet images,
      ChannelNormalisation normalisation,
      Augmentation augmentation,
      double smoothing,
      int batchSize,
      long seed) {
    if (batchSize < 1 || batchSize > images.count()) {
      throw new IllegalArgumentException(
          "batchSize " + batchSize + " for " + images.count() + " images");
    }
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException("smoothing " + smoothing);
    }
    this.images = images;
    this.normalisation = normalisation;
    this.channels = images.channels();
    if (normalisation.channels() != channels) {
      throw new IllegalArgumentException(
          "normalisation has "
              + normalisation.channels()
              + " channels, the images have "
              + channels);
    }
    this.black = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      black[channel] = normalisation.apply(channel, 0);
    }
    this.augmentation = augmentation;
    this.smoothing = smoothing;
    this.batchSize = batchSize;
    this.seed = seed;
    this.pixels = new byte[images.sampleCount()];
  }

  /** Batches of an epoch. */
  public int stepsPerEpoch() {
    return images.count() / batchSize;
  }

  /** Makes one batch; about one pass over its samples. */
  public Batch batch(int epoch, int step) {
    if (step < 0 || step >= stepsPerEpoch()) {
      throw new IllegalArgumentException("step " + step + " of " + stepsPerEpoch());
    }
    if (orderEpoch != epoch) {
      order = shuffled(new SplittableRandom(seed + EPOCH_FACTOR * (epoch + 1)));
      orderEpoch = epoch;
    }
    SplittableRandom random =
        new SplittableRandom(seed + EPOCH_FACTOR * (epoch + 1) + STEP_FACTOR * (step + 1));
    int samples = images.sampleCount();
    int classCount = images.classCount();
    float[] inputs = new float[batchSize * samples];
    float[] targets = new float[batchSize * classCount];
    int[] labels = new int[batchSize];
    Arrays.fill(targets, (float) (smoothing / classCount));
    for (int i = 0; i < batchSize; i++) {
      int image = order[step * batchSize + i];
      labels[i] = images.label(image);
      targets[i * classCount + labels[i]] += (float) (1 - smoothing);
      write(image, random, inputs, i * samples);
    }
    Batch batch = new Batch(inputs, targets, labels);
    if (!augmentation.mixes() || random.nextDouble() >= augmentation.mixedShare()) {
      return batch;
    }
    return mixed(batch, random);
  }

  private Batch mixed(Batch batch, SplittableRandom random) {
    boolean cut = augmentation.mixUp() == 0 || (augmentation.cutMix() > 0 && random.nextBoolean());
    if (cut) {
      double kept = Mixing.beta(augmentation.cutMix(), random);
      return Mixing.cutMix(batch, kept, images.channels(), images.height(), images.width(), random);
    }
    return Mixing.mixUp(batch, Mixing.beta(augmentation.mixUp(), random));
  }

  private void write(int image, SplittableRandom random, float[] inputs, int offset) {
    images.pixels(image, pixels);
    int height = images.height();
    int width = images.width();
    boolean mirrored = augmentation.mirrored() && random.nextBoolean();
    int reach = augmentation.padding();
    int down = reach == 0 ? 0 : random.nextInt(2 * reach + 1) - reach;
    int right = reach == 0 ? 0 : random.nextInt(2 * reach + 1) - reach;
    int next = offset;
    for (int channel = 0; channel < channels; channel++) {
      for (int row = 0; row < height; row++) {
        int line = row + down;
        if (line < 0 || line >= height) {
          Arrays.fill(inputs, next, next + width, black[channel]);
          next += width;
          continue;
        }
        int start = (channel * height + line) * width;
        for (int column = 0; column < width; column++) {
          int source = (mirrored ? width - 1 - column : column) + right;
          inputs[next++] =
              source < 0 || source >= width
                  ? black[channel]
                  : normalisation.apply(channel, pixels[start + source] & 0xff);
        }
      }
    }
  }

  private int[] shuffled(SplittableRandom random) {
    int[] shuffled = new int[images.count()];
    for (int i = 0; i < shuffled.length; i++) {
      int j = random.nextInt(i + 1);
      shuffled[i] = shuffled[j];
      shuffled[j] = i;
    }
    return shuffled;
  }
}
