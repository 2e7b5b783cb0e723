// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.protocols.ParallelSplitter;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.ProtocolAbortException;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FusedLinearTest {
  static Stream<LinearMap> maps() {
    return Stream.of(
        new MatrixProduct(1, 1),
        new MatrixProduct(37, 10),
        new Convolution2d(3, 8, 9, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1),
        new Convolution2d(2, 11, 7, 6, 5, 3, 2, 3, 0, 1, 2, 0, 1, 1, 1),
        new Convolution2d(4, 10, 10, 8, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 4),
        new Convolution2d(6, 5, 5, 6, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 6));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("maps")
  void shouldEqualTheIntegerMapExactly(LinearMap map) {
    for (long seed = 1; seed <= 4; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      FusedLinear linear = new FusedLinear(3, map);
      int[] weights = random.ints(linear.weightCount()).toArray();
      int[] bias = seed % 2 == 0 ? null : random.ints(linear.channelCount()).toArray();
      WorkSplitter splitter = seed > 2 ? ParallelSplitter.INSTANCE : WorkSplitter.sequential();
      TwoParties parties = TwoParties.linear(linear, weights, bias, seed, splitter);

      for (int number = 0; number < 3; number++) {
        int[] x = random.ints(linear.inputCount()).toArray();

        int[] y = parties.run(number, map.inputShape(), x);

        assertArrayEquals(expected(map, weights, bias, x), y, "seed " + seed);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("maps")
  void shouldCostOneWordPerInputOnlineAndOnePerOutputOffline(LinearMap map) {
    FusedLinear linear = new FusedLinear(0, map);
    int inputCount = map.inputShape().elementCount();
    int outputCount = map.outputShape().elementCount();
    TwoParties parties =
        TwoParties.linear(
            linear, new int[linear.weightCount()], null, 1, WorkSplitter.sequential());

    parties.run(0, map.inputShape(), new int[inputCount]);

    assertEquals(outputCount, parties.dealer.correctionWordCount());
    for (int i = 0; i < 2; i++) {
      assertEquals(outputCount, parties.parties[i].correctionWordCount());
      assertEquals(1, parties.parties[i].roundCount());
      assertEquals(inputCount, parties.parties[i].onlineWordCount());
      assertEquals(inputCount, parties.sent[i].words().length);
    }
  }

  @Test
  void shouldOpenOneWordPerWeightOnce() {
    FusedLinear linear = new FusedLinear(0, new MatrixProduct(4, 3));
    KeyedRandom key = TwoParties.key(new SplittableRandom(1));
    WordShare weights = WordShare.of(Shape.of(3, 4), new int[12]);

    MaskedWords masked = linear.maskWeights(0, 9, key, weights);

    assertEquals(12, masked.words().length);
  }

  @Test
  void shouldRefuseOpeningsAndSharesOfTheWrongLength() {
    FusedLinear linear = new FusedLinear(5, new MatrixProduct(4, 3));
    KeyedRandom key = TwoParties.key(new SplittableRandom(1));
    LinearKernel kernel = LinearKernels.scalar();
    MaskedWords right = MaskedWords.of(new int[12]);
    MaskedWords wrong = MaskedWords.of(new int[13]);
    WordShare bias = WordShare.of(Shape.of(4), new int[4]);

    ProtocolAbortException peer =
        assertThrows(
            ProtocolAbortException.class,
            () -> linear.party(0, 9, key, kernel, right, wrong, null));
    assertEquals(5, peer.layer());
    assertEquals(12, peer.expectedWords());
    assertEquals(13, peer.actualWords());
    assertThrows(
        IllegalArgumentException.class, () -> linear.party(0, 9, key, kernel, wrong, right, null));
    assertThrows(
        IllegalArgumentException.class, () -> linear.party(0, 9, key, kernel, right, right, bias));
    assertThrows(
        IllegalArgumentException.class, () -> linear.party(2, 9, key, kernel, right, right, null));
    assertThrows(IllegalArgumentException.class, () -> linear.maskWeights(0, 9, key, bias));
  }

  static int[] expected(LinearMap map, int[] weights, int[] bias, int[] x) {
    LinearKernel kernel = LinearKernels.scalar();
    int[] y = new int[map.outputShape().elementCount()];
    kernel.apply(kernel.pack(map, weights), x, y, WorkSplitter.sequential());
    int channelLength = y.length / map.outputShape().dim(0);
    for (int i = 0; i < y.length; i++) {
      y[i] += bias == null ? 0 : bias[i / channelLength];
    }
    return y;
  }
}
