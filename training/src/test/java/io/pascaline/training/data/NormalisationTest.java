// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.images.set.FashionMnist;
import io.pascaline.images.set.IdxImages;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class NormalisationTest {
  @Test
  void shouldHaveTheMomentsOfFashionMnist() throws IOException {
    assumeTrue(
        FashionMnist.isPresentIn(FashionMnist.DEBIAN_FOLDER),
        "the data set is not installed in " + FashionMnist.DEBIAN_FOLDER);
    IdxImages training = FashionMnist.read(FashionMnist.DEBIAN_FOLDER).training();
    byte[] pixels = new byte[training.sampleCount()];
    double sum = 0;
    double squares = 0;
    for (int image = 0; image < training.count(); image++) {
      training.pixels(image, pixels);
      for (byte pixel : pixels) {
        double value = (pixel & 0xff) / 255.0;
        sum += value;
        squares += value * value;
      }
    }
    double count = (double) training.count() * pixels.length;
    double mean = sum / count;
    double deviation = Math.sqrt(squares / count - mean * mean);

    // Four decimals are stated.
    assertEquals(mean, Normalisation.FASHION_MNIST.mean(), 5e-5);
    assertEquals(deviation, Normalisation.FASHION_MNIST.standardDeviation(), 5e-5);
  }
}
