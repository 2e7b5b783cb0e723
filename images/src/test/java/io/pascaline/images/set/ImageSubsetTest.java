// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageSubsetTest {
  private static final int COUNT = 100;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldSplitWithoutLossOrOverlap(long seed) {
    ImageSubset.Split split = ImageSubset.split(numbered(), 30, seed);

    assertEquals(30, split.validation().count());
    int[] all =
        IntStream.concat(
                IntStream.of(labels(split.training())), IntStream.of(labels(split.validation())))
            .sorted()
            .toArray();
    assertArrayEquals(IntStream.range(0, COUNT).toArray(), all);
  }

  @Test
  void shouldSplitTheSameWayForTheSameSeedOnly() {
    int[] once = labels(ImageSubset.split(numbered(), 30, 5).validation());
    int[] again = labels(ImageSubset.split(numbered(), 30, 5).validation());
    int[] other = labels(ImageSubset.split(numbered(), 30, 6).validation());

    assertArrayEquals(once, again);
    assertNotEquals(Arrays.toString(once), Arrays.toString(other));
  }

  @Test
  void shouldShowTheImagesOfTheWholeSet() {
    ImageSubset some = ImageSubset.of(numbered(), new int[] {7, 3});
    byte[] pixels = new byte[1];

    some.pixels(0, pixels);

    assertEquals(7, pixels[0]);
    assertEquals(3, some.label(1));
    assertEquals(COUNT, some.classCount());
  }

  @Test
  void shouldTakeAllWhenThereAreFewerThanAskedFor() {
    ImageSet whole = numbered();

    assertSame(whole, ImageSubset.first(whole, COUNT + 1));
    assertEquals(4, ImageSubset.first(whole, 4).count());
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {0, COUNT})
  void shouldRefuseToLeaveAHalfEmpty(int validationCount) {
    assertThrows(
        IllegalArgumentException.class, () -> ImageSubset.split(numbered(), validationCount, 1));
  }

  private static ImageSet numbered() {
    byte[][] images = new byte[COUNT][1];
    for (int i = 0; i < COUNT; i++) {
      images[i][0] = (byte) i;
    }
    return ByteImages.owning(
        1, 1, 1, images, IntStream.range(0, COUNT).toArray(), COUNT, List.of());
  }

  private static int[] labels(ImageSet set) {
    return IntStream.range(0, set.count()).map(set::label).toArray();
  }
}
