// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

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
}
