// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearMapTest {
  @Test
  void shouldCountShapesAndMultiplyAddsOfConvolution() {
    Convolution2d map = new Convolution2d(4, 9, 8, 6, 3, 2, 2, 1, 1, 0, 1, 1, 1, 2, 2);

    assertEquals(Shape.of(4, 9, 8), map.inputShape());
    assertEquals(Shape.of(6, 2, 3, 2), map.weightShape());
    assertEquals(Shape.of(6, 5, 7), map.outputShape());
    assertEquals(6L * 5 * 7 * 2 * 3 * 2, map.multiplyAdds());
  }

  @Test
  void shouldCountShapesAndMultiplyAddsOfMatrixProduct() {
    MatrixProduct map = new MatrixProduct(70000, 20000);

    assertEquals(Shape.of(70000), map.inputShape());
    assertEquals(Shape.of(20000, 70000), map.weightShape());
    assertEquals(Shape.of(20000), map.outputShape());
    assertEquals(1_400_000_000L, map.multiplyAdds());
  }

  @Test
  void shouldReachOneOutputWithFullWindow() {
    Convolution2d map = new Convolution2d(2, 5, 7, 3, 5, 7, 1, 1, 0, 0, 0, 0, 1, 1, 1);

    assertEquals(Shape.of(3, 1, 1), map.outputShape());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 'inputChannels is 0, must be at least 1'",
    "1, -4, 'inputHeight is -4, must be at least 1'",
    "3, 0, 'outputChannels is 0, must be at least 1'",
    "4, 0, 'kernelHeight is 0, must be at least 1'",
    "4, 12, 'kernelHeight is 12, its window of 12 does not fit in the padded input of 11'",
    "5, 11, 'kernelWidth is 11, its window of 11 does not fit in the padded input of 10'",
    "6, 0, 'strideHeight is 0, must be at least 1'",
    "8, -1, 'padTop is -1, must be at least 0'",
    "11, 2147483647, 'padded input of 2147483656'",
    "12, 2147483647, 'kernelHeight is 3, its window of 4294967295 does not fit'",
    "14, 3, 'inputChannels is 4, must be a multiple of groups, which is 3'",
    "14, 4, 'outputChannels is 6, must be a multiple of groups, which is 4'",
    "14, 0, 'groups is 0, must be at least 1'"
  })
  void shouldRefuseIllegalConvolutionWithNameAndValue(int component, int value, String message) {
    int[] g = {4, 9, 8, 6, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 2};
    g[component] = value;

    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new Convolution2d(
                    g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9], g[10], g[11], g[12],
                    g[13], g[14]));

    assertEquals(message, within(refused.getMessage(), message));
  }

  @Test
  void shouldRefuseIllegalMatrixProductAndShapeWithNameAndValue() {
    assertEquals(
        "inputCount is 0, must be at least 1",
        assertThrows(IllegalArgumentException.class, () -> new MatrixProduct(0, 1)).getMessage());
    assertEquals(
        "outputCount is -7, must be at least 1",
        assertThrows(IllegalArgumentException.class, () -> new MatrixProduct(1, -7)).getMessage());
    assertEquals(
        "dims[1] is 0, must be at least 1, in [2x0]",
        assertThrows(IllegalArgumentException.class, () -> Shape.of(2, 0)).getMessage());
    assertEquals(
        "dims [65536x65536x65536] hold more than 2147483647 elements",
        assertThrows(IllegalArgumentException.class, () -> Shape.of(65536, 65536, 65536))
            .getMessage());
    assertEquals(
        "index is 2 in a shape of rank 2",
        assertThrows(IllegalArgumentException.class, () -> Shape.of(1, 1).dim(2)).getMessage());
  }

  @Test
  void shouldCompareShapesByDimensions() {
    int[] dims = {1, 28, 28};
    Shape shape = Shape.of(dims);
    dims[0] = 5;

    assertEquals("[1x28x28]", shape.toString());
    assertEquals(Shape.of(1, 28, 28), shape);
    assertEquals(Shape.of(1, 28, 28).hashCode(), shape.hashCode());
    assertNotEquals(Shape.of(28, 28), shape);
    assertEquals(784, shape.elementCount());
    assertEquals(28, shape.dim(1));
    assertEquals(1, Shape.of().elementCount());
  }

  private static String within(String message, String expected) {
    int at = message.indexOf(expected);
    return at < 0 ? message : message.substring(at, at + expected.length());
  }
}
