// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FashionMnistTest {

  @Test
  void shouldHoldWhatItsAuthorsPublished() throws IOException {
    assumeTrue(
        FashionMnist.isPresentIn(FashionMnist.DEBIAN_FOLDER),
        "the data set is not installed in " + FashionMnist.DEBIAN_FOLDER);

    FashionMnist data = FashionMnist.read(FashionMnist.DEBIAN_FOLDER);

    assertEquals(60_000, data.training().count());
    assertEquals(10_000, data.test().count());
    int[] perClass = new int[10];
    for (int i = 0; i < data.training().count(); i++) {
      perClass[data.training().label(i)]++;
    }
    int[] even = new int[10];
    Arrays.fill(even, 6000);
    assertArrayEquals(even, perClass);
  }

  @Test
  void shouldBeNormalisedByItsOwnMoments() throws IOException {
    assumeTrue(
        FashionMnist.isPresentIn(FashionMnist.DEBIAN_FOLDER),
        "the data set is not installed in " + FashionMnist.DEBIAN_FOLDER);
    IdxImages training = FashionMnist.read(FashionMnist.DEBIAN_FOLDER).training();
    double sum = 0;
    double squares = 0;
    for (byte pixel : training.pixels()) {
      double level = (pixel & 0xff) / 255.0;
      sum += level;
      squares += level * level;
    }
    double mean = sum / training.pixels().length;
    double deviation = Math.sqrt(squares / training.pixels().length - mean * mean);

    // Four decimals are stated.
    assertEquals(mean, Normalisation.FASHION_MNIST.mean(), 5e-5);
    assertEquals(deviation, Normalisation.FASHION_MNIST.standardDeviation(), 5e-5);
  }
}
