// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.linear.TensorView.Axis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TensorViewTest {
  private static final int PAD = -7;

  /** Applies the definition, one element at a time. */
  private static int[] naive(TensorView view, int[] input) {
    int[] output = new int[view.outputShape().elementCount()];
    for (int i = 0; i < output.length; i++) {
      int rest = i;
      int at = view.offset();
      boolean inside = true;
      for (int d = view.axes().size() - 1; d >= 0; d--) {
        Axis axis = view.axes().get(d);
        int index = axis.start() + axis.step() * (rest % axis.count());
        rest /= axis.count();
        if (index < 0 || index >= axis.extent()) {
          inside &= axis.clamped();
          index = index < 0 ? 0 : axis.extent() - 1;
        }
        at += axis.stride() * index;
      }
      output[i] = inside ? input[at] : PAD;
    }
    return output;
  }

  /** Returns any view: axes may overlap, repeat, run backwards and leave the input. */
  private static TensorView anyView(SplittableRandom random) {
    List<Axis> axes = new ArrayList<>();
    int count = 1;
    int last = random.nextInt(5);
    int offset = last;
    int rank = 1 + random.nextInt(4);
    for (int d = 0; d < rank; d++) {
      Axis axis =
          new Axis(
              1 + random.nextInt(4),
              random.nextInt(7) - 2,
              random.nextBoolean() ? 1 : random.nextBoolean() ? -1 : 2,
              1 + random.nextInt(5),
              random.nextInt(8),
              random.nextBoolean());
      axes.add(axis);
      count *= axis.count();
      last += axis.stride() * (axis.extent() - 1);
    }
    return new TensorView(Shape.of(last + 1 + random.nextInt(3)), offset, axes, Shape.of(count));
  }

  /** Returns a view as operators make them, of a given shape. */
  private static TensorView usualView(SplittableRandom random, Shape shape) {
    int d = random.nextInt(shape.rank());
    int dim = shape.dim(d);
    switch (random.nextInt(6)) {
      case 0 -> {
        int[] order = IntStream.range(0, shape.rank()).toArray();
        int other = random.nextInt(order.length);
        order[d] = other;
        order[other] = d;
        return TensorView.transposed(shape, order);
      }
      case 1 -> {
        int start = random.nextInt(dim);
        return TensorView.along(shape, d, start, 1, 1 + random.nextInt(dim - start), false);
      }
      case 2 -> {
        return TensorView.along(shape, d, dim - 1, -1, dim, false);
      }
      case 3 -> {
        int[] before = new int[shape.rank()];
        int[] after = new int[shape.rank()];
        before[d] = random.nextInt(3) - (dim > 1 ? 1 : 0);
        after[d] = random.nextInt(3);
        return TensorView.padded(shape, before, after, random.nextBoolean());
      }
      case 4 -> {
        int[] factors = new int[shape.rank()];
        Arrays.fill(factors, 1);
        factors[d] = 2;
        return TensorView.repeated(shape, factors);
      }
      default -> {
        return TensorView.along(shape, d, 0, 2, (dim + 1) / 2, false);
      }
    }
  }

  private static int[] numbers(int count) {
    return IntStream.range(1, count + 1).toArray();
  }

  @Test
  void shouldCallAViewTheIdentityOnlyIfItKeepsEveryElement() {
    TensorView repeated =
        new TensorView(Shape.of(8), 0, List.of(new Axis(8, 0, 1, 6, 1, true)), Shape.of(8));
    assertTrue(TensorView.transposed(Shape.of(2, 4), 0, 1).isIdentity());
    assertFalse(repeated.isIdentity(), "elements 6 and 7 are element 5 again");
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      TensorView view = anyView(random);
      int[] input = IntStream.range(0, view.inputShape().elementCount()).toArray();
      if (view.isIdentity()) {
        assertArrayEquals(input, naive(view, input), "seed " + seed);
      }
    }
  }

  @Test
  void shouldReadWhatTheDefinitionSays() {
    for (long seed = 0; seed < 500; seed++) {
      TensorView view = anyView(new SplittableRandom(seed));
      int[] input = numbers(view.inputShape().elementCount());
      int[] expected = naive(view, input);
      String message = "seed " + seed + ": " + view;

      assertArrayEquals(expected, view.apply(input, PAD), message);
      assertArrayEquals(expected, view.simplified().apply(input, PAD), message);
      assertArrayEquals(
          Arrays.stream(expected).asLongStream().toArray(),
          view.apply(Arrays.stream(input).asLongStream().toArray(), PAD),
          message);
      assertArrayEquals(
          Arrays.stream(expected).asDoubleStream().toArray(),
          view.apply(Arrays.stream(input).asDoubleStream().toArray(), PAD),
          message);
      float[] floats = new float[input.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = input[i];
      }
      float[] read = view.apply(floats, PAD);
      for (int i = 0; i < read.length; i++) {
        assertEquals(expected[i], read[i], message);
      }
    }
  }

  @Test
  void shouldComposeWhatItComposesExactly() {
    int composedCount = 0;
    for (long seed = 0; seed < 2000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      TensorView inner = usualView(random, Shape.of(2 + random.nextInt(3), 3, 4));
      TensorView outer = usualView(random, inner.outputShape());
      TensorView composed = outer.ofOrNull(inner);
      if (composed == null) {
        continue;
      }
      composedCount++;
      int[] input = numbers(inner.inputShape().elementCount());

      assertEquals(inner.inputShape(), composed.inputShape());
      assertEquals(outer.outputShape(), composed.outputShape());
      assertArrayEquals(
          outer.apply(inner.apply(input, PAD), PAD),
          composed.apply(input, PAD),
          "seed " + seed + ": " + outer + " of " + inner);
    }
    assertTrue(composedCount > 900, "composed " + composedCount);
  }

  @Test
  void shouldRecogniseTheIdentity() {
    Shape shape = Shape.of(2, 3, 4);
    TensorView there = TensorView.transposed(shape, 1, 2, 0);
    TensorView back = TensorView.transposed(there.outputShape(), 2, 0, 1);

    TensorView both = back.ofOrNull(there);

    assertNotNull(both);
    assertTrue(both.isIdentity());
    assertTrue(TensorView.along(shape, 1, 0, 1, 3, false).isIdentity());
    for (long seed = 0; seed < 500; seed++) {
      TensorView view = anyView(new SplittableRandom(seed));
      int[] input = numbers(view.inputShape().elementCount());
      assertEquals(
          Arrays.equals(input, naive(view, input)) && !view.isPadded(),
          view.isIdentity(),
          "seed " + seed + ": " + view);
    }
  }

  @Test
  void shouldComposeAnEdgeWithTheTapsOfAWindow() {
    TensorView edge = TensorView.padded(Shape.of(1, 5, 5), new int[] {0, 1, 0}, new int[3], true);
    TensorView tap = TensorView.along(edge.outputShape(), 1, 0, 2, 3, false);

    TensorView both = tap.ofOrNull(edge);

    assertNotNull(both);
    assertArrayEquals(tap.apply(edge.apply(numbers(25), PAD), PAD), both.apply(numbers(25), PAD));
  }

  @Test
  void shouldNotComposeACarryIntoPadding() {
    TensorView padded = TensorView.padded(Shape.of(2, 3), new int[2], new int[] {0, 1}, false);
    TensorView flatSlice = TensorView.along(Shape.of(8), 0, 1, 1, 7, false);

    assertNull(flatSlice.ofOrNull(padded));
  }

  @Test
  void shouldRefuseWhatLeavesTheInput() {
    Shape four = Shape.of(4);
    Axis whole = new Axis(4, 0, 1, 4, 1, false);

    assertThrows(
        IllegalArgumentException.class, () -> new TensorView(four, 1, List.of(whole), four));
    assertThrows(
        IllegalArgumentException.class, () -> new TensorView(four, -1, List.of(whole), four));
    assertThrows(IllegalArgumentException.class, () -> new TensorView(four, 0, List.of(), four));
    assertThrows(
        IllegalArgumentException.class, () -> new TensorView(four, 0, List.of(whole), Shape.of(5)));
    assertThrows(IllegalArgumentException.class, () -> new Axis(0, 0, 1, 4, 1, false));
    assertThrows(IllegalArgumentException.class, () -> new Axis(4, 0, 0, 4, 1, false));
    assertThrows(IllegalArgumentException.class, () -> new Axis(4, 0, 1, 0, 1, false));
    assertThrows(IllegalArgumentException.class, () -> new Axis(4, 0, 1, 4, -1, false));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Axis(Integer.MAX_VALUE, 0, Integer.MAX_VALUE, 4, 1, false));
    assertThrows(IllegalArgumentException.class, () -> TensorView.transposed(Shape.of(2, 3), 0, 0));
  }

  @Test
  void shouldPutTensorsBehindEachOther() {
    Concatenation rows = new Concatenation(List.of(Shape.of(2, 1, 2), Shape.of(2, 2, 2)), 1);
    List<String> runs = new ArrayList<>();
    rows.forEachRun(
        (input, from, to, count) -> runs.add(input + ":" + from + ">" + to + "x" + count));

    assertEquals(Shape.of(2, 3, 2), rows.outputShape());
    assertEquals(List.of("0:0>0x2", "1:0>2x4", "0:2>6x2", "1:4>8x4"), runs);
    assertThrows(
        IllegalArgumentException.class,
        () -> new Concatenation(List.of(Shape.of(2, 1), Shape.of(3, 1)), 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Concatenation(List.of(Shape.of(2, 1), Shape.of(2)), 0));
    assertThrows(IllegalArgumentException.class, () -> new Concatenation(List.of(), 0));
  }
}
