// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.activation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Doubles in the canonical encoding of a basis: finite, without a negative zero, big-endian. */
final class EncodedDoubles {
  private EncodedDoubles() {}

  /** Returns a copy of {@code values} with negative zeros made positive. */
  static double[] canonical(String name, double[] values) {
    double[] copy = new double[values.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = canonical(name + "[" + i + "]", values[i]);
    }
    return copy;
  }

  static double canonical(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " must be finite: " + value);
    }
    return value + 0.0;
  }

  static void put(ByteBuffer buffer, double... values) {
    ByteOrder order = buffer.order();
    buffer.order(ByteOrder.BIG_ENDIAN);
    for (double value : values) {
      buffer.putDouble(value);
    }
    buffer.order(order);
  }

  static double[] take(ByteBuffer buffer, int count) {
    ByteOrder order = buffer.order();
    buffer.order(ByteOrder.BIG_ENDIAN);
    try {
      double[] values = new double[count];
      for (int i = 0; i < count; i++) {
        values[i] = buffer.getDouble();
      }
      return values;
    } finally {
      buffer.order(order);
    }
  }
}
