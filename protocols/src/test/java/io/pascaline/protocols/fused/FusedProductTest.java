// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.protocols.linear.Shape;
import org.junit.jupiter.api.Test;

class FusedProductTest {
  @Test
  void shouldMultiplyEachChannelByItsFactor() {
    FusedProduct step = new FusedProduct(1, Shape.of(2, 1, 3), Shape.of(2, 1, 1));

    int[] product = step.multiply(new int[] {1, 2, 3, 4, 5, 1 << 30}, new int[] {7, -8});

    assertArrayEquals(new int[] {7, 14, 21, -32, -40, 0}, product);
    assertEquals(8, step.inputCount());
    assertThrows(IllegalArgumentException.class, () -> step.multiply(new int[6], new int[6]));
  }

  @Test
  void shouldRefuseShapesThatDoNotFit() {
    Shape shape = Shape.of(4, 3, 3);
    new FusedProduct(0, shape, Shape.of(4));
    new FusedProduct(0, shape, shape);
    refuse(0, shape, Shape.of(3));
    refuse(0, shape, Shape.of(1, 4));
    refuse(0, shape, Shape.of());
    refuse(-1, shape, shape);
    refuse(0, Shape.of(1 << 30), Shape.of(1 << 30));
  }

  private static void refuse(int layer, Shape shape, Shape factor) {
    assertThrows(IllegalArgumentException.class, () -> new FusedProduct(layer, shape, factor));
  }
}
