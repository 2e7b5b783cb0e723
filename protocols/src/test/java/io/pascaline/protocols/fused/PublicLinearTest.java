// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.protocols.ParallelSplitter;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.share.Sharing;
import io.pascaline.protocols.share.WordShare;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PublicLinearTest {
  static Stream<LinearMap> maps() {
    return FusedLinearTest.maps();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("maps")
  void shouldEqualTheIntegerMapExactly(LinearMap map) {
    for (long seed = 1; seed <= 4; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int[] weights = random.ints(map.weightShape().elementCount()).toArray();
      int channelCount = map.outputShape().dim(0);
      int[] bias = seed % 2 == 0 ? null : random.ints(channelCount).toArray();
      WorkSplitter splitter = seed > 2 ? ParallelSplitter.INSTANCE : WorkSplitter.sequential();
      int[] x = random.ints(map.inputShape().elementCount()).toArray();
      WordShare[] shares = TwoParties.share(map.inputShape(), x, random);
      WordShare[] outputs = new WordShare[2];

      for (int party = 0; party < 2; party++) {
        WordShare w = WordShare.of(map.weightShape(), weights);
        WordShare b = bias == null ? null : WordShare.of(Shape.of(channelCount), bias);
        outputs[party] =
            new PublicLinear(party, map, LinearKernels.best(), w, b).apply(shares[party], splitter);
      }

      assertArrayEquals(
          FusedLinearTest.expected(map, weights, bias, x),
          Sharing.reconstruct(outputs[0], outputs[1]),
          "seed " + seed);
      assertArrayEquals(x, Sharing.reconstruct(shares[0], shares[1]), "the input is not written");
    }
  }

  @Test
  void shouldRefuseTensorsOfTheWrongLength() {
    LinearMap map = new MatrixProduct(4, 3);
    LinearKernel kernel = LinearKernels.scalar();
    WordShare right = WordShare.of(Shape.of(12), new int[12]);
    WordShare wrong = WordShare.of(Shape.of(13), new int[13]);

    assertThrows(
        IllegalArgumentException.class, () -> new PublicLinear(0, map, kernel, wrong, null));
    assertThrows(
        IllegalArgumentException.class, () -> new PublicLinear(0, map, kernel, right, wrong));
    assertThrows(
        IllegalArgumentException.class, () -> new PublicLinear(2, map, kernel, right, null));
    PublicLinear linear = new PublicLinear(1, map, kernel, right, null);
    assertThrows(
        IllegalArgumentException.class, () -> linear.apply(wrong, WorkSplitter.sequential()));
    assertEquals("PublicLinear[partyId=1, map=" + map + "]", linear.toString());
  }
}
