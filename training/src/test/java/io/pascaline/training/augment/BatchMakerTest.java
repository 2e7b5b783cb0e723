// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.augment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.images.set.IdxImages;
import io.pascaline.images.set.ImageSet;
import io.pascaline.training.data.ChannelNormalisation;
import io.pascaline.training.data.SyntheticImages;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchMakerTest {
  private static final ChannelNormalisation LEVELS =
      new ChannelNormalisation(new float[] {0}, new float[] {1});

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 77})
  void shouldShowEveryImageOnce(long seed) {
    // Image i is labelled i, so that the labels tell which images came.
    byte[] labels = new byte[24];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) i;
    }
    IdxImages images = IdxImages.of(1, 1, new byte[24], labels);
    BatchMaker maker = new BatchMaker(images, LEVELS, Augmentation.NONE, 0, 8, seed);
    int[] seen = new int[24];
    for (int step = 0; step < maker.stepsPerEpoch(); step++) {
      for (int label : maker.batch(3, step).labels()) {
        seen[label]++;
      }
    }
    int[] once = new int[24];
    Arrays.fill(once, 1);
    assertArrayEquals(once, seen, "seed " + seed);
  }

  @Test
  void shouldLeaveOutAnIncompleteBatch() {
    BatchMaker maker = maker(SyntheticImages.noise(5, 2, 1), Augmentation.NONE, 3, 1);

    assertEquals(1, maker.stepsPerEpoch());
    assertThrows(IllegalArgumentException.class, () -> maker.batch(0, 1));
  }

  @Test
  void shouldDependOnSeedEpochAndStepOnly() {
    ImageSet images = SyntheticImages.bands(64, 5, 4, 4);
    Augmentation all = Augmentation.cropAndMirror(1).withMixing(0.5, 0.5, 0.8);
    BatchMaker ordered = maker(images, all, 16, 9);
    BatchMaker other = maker(images, all, 16, 9);
    Batch[] batches = new Batch[8];
    for (int i = 0; i < 8; i++) {
      batches[i] = ordered.batch(i / 4, i % 4);
    }
    for (int i : new int[] {5, 2, 7, 0, 1, 6, 3, 4}) {
      Batch batch = other.batch(i / 4, i % 4);
      assertArrayEquals(batches[i].inputs(), batch.inputs(), "batch " + i);
      assertArrayEquals(batches[i].targets(), batch.targets(), "batch " + i);
      assertArrayEquals(batches[i].labels(), batch.labels(), "batch " + i);
    }
    assertFalse(Arrays.equals(batches[0].inputs(), batches[4].inputs()));
    assertFalse(
        Arrays.equals(batches[0].inputs(), maker(images, all, 16, 10).batch(0, 0).inputs()));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldOnlyMirrorWithoutPadding(long seed) {
    ImageSet image = SyntheticImages.noise(1, 4, seed);
    byte[] samples = new byte[16];
    image.pixels(0, samples);
    float[] plain = new float[16];
    LEVELS.apply(samples, plain, 0);
    float[] mirrored = new float[16];
    for (int i = 0; i < 16; i++) {
      mirrored[i] = plain[i / 4 * 4 + 3 - i % 4];
    }

    float[] batch = maker(image, Augmentation.cropAndMirror(0), 1, seed).batch(0, 0).inputs();

    assertTrue(Arrays.equals(plain, batch) || Arrays.equals(mirrored, batch), "seed " + seed);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldMoveByAtMostThePadding(long seed) {
    byte[] pixels = new byte[81];
    pixels[40] = (byte) 255; // the middle of 9x9
    IdxImages image = IdxImages.of(9, 9, pixels, new byte[1]);

    float[] batch = maker(image, Augmentation.cropAndMirror(2), 1, seed).batch(0, 0).inputs();

    int found = 0;
    for (int i = 0; i < batch.length; i++) {
      if (batch[i] > 0) {
        found++;
        assertTrue(Math.abs(i / 9 - 4) <= 2 && Math.abs(i % 9 - 4) <= 2, "at " + i);
      }
    }
    assertEquals(1, found, "seed " + seed);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldMixImagesAndTargetsAlike(long seed) {
    // An image of class k is 51 k everywhere, so that a mixed image's mean tells its classes.
    byte[] labels = new byte[12];
    byte[] pixels = new byte[12 * 16];
    for (int i = 0; i < 12; i++) {
      labels[i] = (byte) (i % 6);
      Arrays.fill(pixels, 16 * i, 16 * (i + 1), (byte) (51 * (i % 6)));
    }
    ImageSet images = IdxImages.of(4, 4, pixels, labels);
    for (Augmentation mixing :
        new Augmentation[] {
          Augmentation.NONE.withMixing(1, 0, 1), Augmentation.NONE.withMixing(0, 1, 1)
        }) {
      Batch batch = maker(images, mixing, 12, seed).batch(0, 0);
      for (int i = 0; i < 12; i++) {
        double mean = 0;
        for (int j = 0; j < 16; j++) {
          mean += batch.inputs()[16 * i + j] / 16;
        }
        double expected = 0;
        double total = 0;
        for (int k = 0; k < images.classCount(); k++) {
          expected += batch.targets()[images.classCount() * i + k] * k / 5;
          total += batch.targets()[images.classCount() * i + k];
        }
        // Some twenty roundings of numbers up to 1.
        assertEquals(expected, mean, 20 * Math.ulp(1f), "seed " + seed + ", image " + i);
        assertEquals(1, total, 2 * Math.ulp(1f), "seed " + seed + ", image " + i);
      }
    }
  }

  @Test
  void shouldSmoothTargets() {
    ImageSet images = SyntheticImages.bands(8, 4, 4, 1);
    Batch batch = new BatchMaker(images, LEVELS, Augmentation.NONE, 0.1, 8, 1).batch(0, 0);
    for (int i = 0; i < 8; i++) {
      for (int k = 0; k < images.classCount(); k++) {
        double expected = 0.1 / images.classCount() + (batch.labels()[i] == k ? 0.9 : 0);
        assertEquals(
            expected, batch.targets()[images.classCount() * i + k], Math.ulp(1f), "at " + i);
      }
    }
  }

  @Test
  void shouldRefuseMoreImagesThanThereAre() {
    ImageSet images = SyntheticImages.noise(2, 2, 1);

    assertThrows(IllegalArgumentException.class, () -> maker(images, Augmentation.NONE, 3, 1));
  }

  private static BatchMaker maker(
      ImageSet images, Augmentation augmentation, int batchSize, long seed) {
    return new BatchMaker(images, LEVELS, augmentation, 0, batchSize, seed);
  }
}
