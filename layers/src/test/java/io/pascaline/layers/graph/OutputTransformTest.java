// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.layers.graph.OutputTransform.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients compute of an answer. */
class OutputTransformTest {
  private static final float[] OUTPUT = {1, 2, 3, 0, -1, 5, 1, 1, -7, 2, 0, 4};

  @Test
  void shouldAddSoftmaxUpToOneAlongTheAxis() {
    // Two groups of [3, 2]: the axis is the middle one.
    float[] softmax = new OutputTransform(Kind.SOFTMAX, 3, 2).apply(OUTPUT);
    float[] logs = new OutputTransform(Kind.LOG_SOFTMAX, 3, 2).apply(OUTPUT);

    for (int start : new int[] {0, 1, 6, 7}) {
      double sum = 0;
      double weights = 0;
      for (int k = 0; k < 3; k++) {
        sum += softmax[start + 2 * k];
        weights += Math.exp(OUTPUT[start + 2 * k]);
      }
      assertEquals(1, sum, 3 * Math.ulp(1f));
      for (int k = 0; k < 3; k++) {
        int i = start + 2 * k;
        assertEquals(Math.exp(OUTPUT[i]) / weights, softmax[i], Math.ulp(1f));
        assertEquals(Math.log(softmax[i]), logs[i], 1e-4);
      }
    }
  }

  @Test
  void shouldNotOverflow() {
    OutputTransform softmax = new OutputTransform(Kind.SOFTMAX, 2, 1);

    assertArrayEquals(new float[] {1, 0}, softmax.apply(new float[] {3e38f, -3e38f}));
    assertArrayEquals(
        new float[] {0, 1},
        OutputTransform.elementwise(Kind.SIGMOID).apply(new float[] {-3e38f, 3e38f}));
  }

  @Test
  void shouldFindTheFirstLargestAndSmallest() {
    assertArrayEquals(
        new float[] {1, 2, 0, 2}, new OutputTransform(Kind.ARG_MAX, 3, 2).apply(OUTPUT));
    assertArrayEquals(
        new float[] {2, 1, 1, 0}, new OutputTransform(Kind.ARG_MIN, 3, 2).apply(OUTPUT));
    assertArrayEquals(
        new float[] {0}, new OutputTransform(Kind.ARG_MAX, 3, 1).apply(new float[] {4, 4, 4}));
  }

  @Test
  void shouldPreferTheClassThatTheModelAnswers() {
    float[] output = {1, -7, 5, 5, -7};

    for (Kind kind : Kind.values()) {
      OutputTransform transform =
          kind == Kind.NONE || kind == Kind.SIGMOID
              ? OutputTransform.elementwise(kind)
              : new OutputTransform(kind, 5, 1);
      assertEquals(kind == Kind.ARG_MIN ? 1 : 2, transform.classOf(output), kind.name());
      assertEquals(5, transform.classCount(5));
      assertEquals(5, transform.preferences(output).length);
    }
    for (Kind kind : new Kind[] {Kind.ARG_MAX, Kind.ARG_MIN}) {
      OutputTransform transform = new OutputTransform(kind, 5, 1);
      assertEquals(transform.apply(output)[0], transform.classOf(output));
    }
  }

  @Test
  void shouldTakeOneProbabilityForThatOfTheSecondClass() {
    OutputTransform sigmoid = OutputTransform.elementwise(Kind.SIGMOID);

    assertEquals(2, sigmoid.classCount(1));
    assertEquals(0, sigmoid.classOf(new float[] {-0.25f}));
    assertEquals(0, sigmoid.classOf(new float[] {0}));
    assertEquals(1, sigmoid.classOf(new float[] {0.25f}));
    assertEquals(1, OutputTransform.NONE.classCount(1));
  }

  @Test
  void shouldNameNoClassWhereEachPixelHasOne() {
    OutputTransform perPixel = new OutputTransform(Kind.ARG_MAX, 3, 2);

    assertEquals(0, perPixel.classCount(OUTPUT.length));
    assertThrows(IllegalArgumentException.class, () -> perPixel.classOf(OUTPUT));
    assertThrows(IllegalArgumentException.class, () -> perPixel.classCount(7));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldKnowItsCode(Kind kind) {
    assertEquals(kind, Kind.ofCode(kind.code()));
  }

  @Test
  void shouldRefuseWhatDoesNotFit() {
    assertThrows(IllegalArgumentException.class, () -> Kind.ofCode(99));
    assertThrows(IllegalArgumentException.class, () -> new OutputTransform(Kind.SOFTMAX, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new OutputTransform(Kind.SIGMOID, 3, 1));
    assertThrows(IllegalArgumentException.class, () -> new OutputTransform(Kind.NONE, 1, 2));
    OutputTransform five = new OutputTransform(Kind.SOFTMAX, 5, 1);
    assertThrows(IllegalArgumentException.class, () -> five.apply(new float[12]));
  }
}
