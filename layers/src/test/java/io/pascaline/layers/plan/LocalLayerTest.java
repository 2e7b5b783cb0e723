// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.WordShare;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalLayerTest {

  @Test
  void shouldSumWindowsWithPaddingAsZero() {
    PoolWindow window = new PoolWindow(1, 3, 3, 2, 2, 2, 2, 1, 1, 0, 0);
    FusedSumPoolLayer layer = new FusedSumPoolLayer(0, "pool", List.of(-1), window, 14, 1);

    int[] sums = layer.apply(new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9});

    assertArrayEquals(new int[] {1, 5, 11, 28}, sums);
  }

  @Test
  void shouldKeepChannelsApart() {
    PoolWindow window = new PoolWindow(2, 2, 2, 2, 2, 1, 1, 0, 0, 0, 0);
    FusedSumPoolLayer layer = new FusedSumPoolLayer(0, "pool", List.of(-1), window, 14, 1);

    assertArrayEquals(new int[] {10, 26}, layer.apply(new int[] {1, 2, 3, 4, 5, 6, 7, 8}));
  }

  @Test
  void shouldWrapAroundInJoins() {
    JoinLayer layer = new JoinLayer(0, "sum", List.of(-1, -1), Shape.of(2), 3, 1, 12, 1);

    int[] sum = layer.apply(new int[] {1 << 30, 5}, new int[] {1 << 30, -20});

    assertArrayEquals(new int[] {0, -5}, sum);
  }

  /** What makes them local: applied to shares, they give shares of the result. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldCommuteWithSharing(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    PoolWindow window = new PoolWindow(2, 5, 4, 3, 2, 2, 1, 1, 0, 1, 1);
    ExactLocalLayer pool = new FusedSumPoolLayer(0, "pool", List.of(-1), window, 13, 3);
    ExactLocalLayer join =
        new JoinLayer(0, "sum", List.of(-1, -1), Shape.of(40), 9, 1 << 14, 26, 1);

    int[] left0 = random.ints(40).toArray();
    int[] left1 = random.ints(40).toArray();
    int[] right0 = random.ints(40).toArray();
    int[] right1 = random.ints(40).toArray();

    assertArrayEquals(plus(pool.apply(left0), pool.apply(left1)), pool.apply(plus(left0, left1)));
    assertArrayEquals(
        plus(join.apply(left0, right0), join.apply(left1, right1)),
        join.apply(plus(left0, left1), plus(right0, right1)));
  }

  /** The same in the other ring: of small values, the same results. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldDoTheSameInBothRings(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    PoolWindow window = new PoolWindow(2, 5, 4, 3, 2, 2, 1, 1, 0, 1, 1);
    ExactLocalLayer pool = new FusedSumPoolLayer(0, "pool", List.of(-1), window, 13, 3);
    ExactLocalLayer join =
        new JoinLayer(0, "sum", List.of(-1, -1), Shape.of(40), 9, 1 << 14, 26, 1);
    int[] left = random.ints(40, -1000, 1000).toArray();
    int[] right = random.ints(40, -1000, 1000).toArray();

    assertArrayEquals(wide(pool.apply(left)), pool.apply(wide(left)));
    assertArrayEquals(wide(join.apply(left, right)), join.apply(wide(left), wide(right)));
  }

  /** Party 1 must not add the pad value, or it would count twice. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldPadOneShareOnly(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Shape shape = Shape.of(2, 3);
    TensorView view = TensorView.padded(shape, new int[] {0, 1}, new int[] {1, 0}, false);
    ViewLayer layer = new ViewLayer(0, "view", List.of(-1), view, -77, 12, 1);
    int[] share0 = random.ints(6).toArray();
    int[] share1 = random.ints(6).toArray();
    long[] wide0 = random.longs(6).toArray();
    long[] wide1 = random.longs(6).toArray();

    WordShare words0 = (WordShare) layer.apply(0, WordShare.of(shape, share0));
    WordShare words1 = (WordShare) layer.apply(1, WordShare.of(shape, share1));
    DoubleWordShare doubles0 = (DoubleWordShare) layer.apply(0, DoubleWordShare.of(shape, wide0));
    DoubleWordShare doubles1 = (DoubleWordShare) layer.apply(1, DoubleWordShare.of(shape, wide1));

    assertArrayEquals(layer.apply(plus(share0, share1)), plus(words0.words(), words1.words()));
    long[] sum = new long[12];
    long[] whole = new long[6];
    for (int i = 0; i < 12; i++) {
      sum[i] = doubles0.doubleWords()[i] + doubles1.doubleWords()[i];
      whole[i / 2] = wide0[i / 2] + wide1[i / 2];
    }
    assertArrayEquals(layer.apply(whole), sum);
    assertThrows(
        IllegalArgumentException.class,
        () -> new ViewLayer(0, "view", List.of(-1), TensorView.transposed(shape, 1, 0), 1, 12, 1));
  }

  @Test
  void shouldBringTensorsToOneScaleAndBehindEachOther() {
    Concatenation columns = new Concatenation(List.of(Shape.of(2, 1), Shape.of(2, 2)), 1);
    ConcatLayer layer =
        new ConcatLayer(0, "concat", List.of(-1, -1), columns, List.of(10, 1), 12, 1);

    int[] both = layer.apply(new int[] {1, 2}, new int[] {3, 4, 5, 6});

    assertArrayEquals(new int[] {10, 3, 4, 20, 5, 6}, both);
    assertArrayEquals(wide(both), layer.apply(new long[] {1, 2}, new long[] {3, 4, 5, 6}));
    assertThrows(IllegalArgumentException.class, () -> layer.apply(new int[2], new int[2]));
    assertThrows(IllegalArgumentException.class, () -> layer.apply(new int[2]));
  }

  @Test
  void shouldSubtractWithANegativeMultiplier() {
    JoinLayer layer = new JoinLayer(0, "difference", List.of(-1, -1), Shape.of(2), 3, -2, 12, 1);

    assertArrayEquals(
        new int[] {3 - 10, 6 + 40}, layer.apply(new int[] {1, 2}, new int[] {5, -20}));
    assertThrows(
        IllegalArgumentException.class,
        () -> new JoinLayer(0, "sum", List.of(-1, -1), Shape.of(2), 3, 0, 12, 1));
  }

  private static long[] wide(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }

  private static int[] plus(int[] a, int[] b) {
    int[] sum = new int[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  @Test
  void shouldRefuseWrongInputs() {
    PoolWindow window = new PoolWindow(1, 3, 3, 2, 2, 2, 2, 1, 1, 0, 0);
    FusedSumPoolLayer pool = new FusedSumPoolLayer(0, "pool", List.of(-1), window, 14, 1);
    JoinLayer join = new JoinLayer(0, "sum", List.of(-1, -1), Shape.of(2), 3, 1, 12, 1);

    assertThrows(IllegalArgumentException.class, () -> pool.apply(new int[8]));
    assertThrows(IllegalArgumentException.class, () -> pool.apply(new int[9], new int[9]));
    assertThrows(IllegalArgumentException.class, () -> join.apply(new int[2]));
    assertThrows(IllegalArgumentException.class, () -> join.apply(new int[2], new int[3]));
    assertThrows(
        IllegalArgumentException.class,
        () -> new PoolWindow(1, 3, 3, 2, 2, 2, 2, 2, 0, 0, 0),
        "a pad as large as the window");
    assertThrows(
        IllegalArgumentException.class, () -> new PoolWindow(1, 3, 3, 4, 2, 1, 1, 0, 0, 0, 0));
  }
}
