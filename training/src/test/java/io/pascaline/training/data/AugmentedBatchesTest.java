package io.pascaline.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AugmentedBatchesTest {
  private static final Normalisation LEVELS = new Normalisation(0, 1);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 77})
  void shouldShowEveryImageOnce(long seed) {
    // Image i is labelled i, so that the labels tell which images came.
    byte[] labels = new byte[24];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) i;
    }
    IdxImages images = IdxImages.of(1, 1, new byte[24], labels);
    AugmentedBatches batches = new AugmentedBatches(images, LEVELS, 8, 0, seed, 3);
    int[] seen = new int[24];
    int[] batch = new int[8];
    while (batches.hasNext()) {
      batches.next(new float[8], batch);
      for (int label : batch) {
        seen[label]++;
      }
    }
    int[] once = new int[24];
    Arrays.fill(once, 1);
    assertArrayEquals(once, seen, "seed " + seed);
  }

  @Test
  void shouldLeaveOutAnIncompleteBatch() {
    AugmentedBatches batches =
        new AugmentedBatches(SyntheticImages.noise(5, 2, 1), LEVELS, 3, 0, 1, 0);

    batches.next(new float[12], new int[3]);

    assertFalse(batches.hasNext());
    assertThrows(IllegalStateException.class, () -> batches.next(new float[12], new int[3]));
  }

  @Test
  void shouldDependOnSeedAndEpochOnly() {
    IdxImages images = SyntheticImages.noise(16, 5, 4);

    assertArrayEquals(firstBatch(images, 1, 9, 0), firstBatch(images, 1, 9, 0));
    assertFalse(Arrays.equals(firstBatch(images, 1, 9, 0), firstBatch(images, 1, 9, 1)));
    assertFalse(Arrays.equals(firstBatch(images, 1, 9, 0), firstBatch(images, 1, 10, 0)));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldOnlyMirrorWithoutShift(long seed) {
    IdxImages image = SyntheticImages.noise(1, 4, seed);
    float[] plain = LEVELS.inputs(image, 0, 1);
    float[] mirrored = new float[16];
    for (int i = 0; i < 16; i++) {
      mirrored[i] = plain[i / 4 * 4 + 3 - i % 4];
    }

    float[] batch = firstBatch(image, 0, seed, 0);

    assertTrue(Arrays.equals(plain, batch) || Arrays.equals(mirrored, batch), "seed " + seed);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldMoveByAtMostTheShift(long seed) {
    byte[] pixels = new byte[81];
    pixels[40] = (byte) 255; // the middle of 9x9
    IdxImages image = IdxImages.of(9, 9, pixels, new byte[1]);

    float[] batch = firstBatch(image, 2, seed, 0);

    int found = 0;
    for (int i = 0; i < batch.length; i++) {
      if (batch[i] > 0) {
        found++;
        assertTrue(Math.abs(i / 9 - 4) <= 2 && Math.abs(i % 9 - 4) <= 2, "at " + i);
      }
    }
    assertEquals(1, found, "seed " + seed);
  }

  @Test
  void shouldRefuseMoreImagesThanThereAre() {
    IdxImages images = SyntheticImages.noise(2, 2, 1);

    assertThrows(
        IllegalArgumentException.class, () -> new AugmentedBatches(images, LEVELS, 3, 0, 1, 0));
  }

  private static float[] firstBatch(IdxImages images, int maxShift, long seed, int epoch) {
    int batchSize = Math.min(8, images.count());
    float[] inputs = new float[batchSize * images.height() * images.width()];
    new AugmentedBatches(images, LEVELS, batchSize, maxShift, seed, epoch)
        .next(inputs, new int[batchSize]);
    return inputs;
  }
}
