// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import java.util.Comparator;

/**
 * What it takes to compute a tensor from those that are there, the dearest first.
 *
 * @param functions activations that no protocol evaluates as they are
 * @param activations activations, one round each
 * @param perChannel activations that differ by channel
 */
record Effort(int functions, int activations, int perChannel) implements Comparable<Effort> {
  static final Effort NONE = new Effort(0, 0, 0);

  private static final Comparator<Effort> ORDER =
      Comparator.comparingInt(Effort::functions)
          .thenComparingInt(Effort::activations)
          .thenComparingInt(Effort::perChannel);

  Effort plus(Effort other) {
    return new Effort(
        functions + other.functions,
        activations + other.activations,
        perChannel + other.perChannel);
  }

  @Override
  public int compareTo(Effort other) {
    return ORDER.compare(this, other);
  }
}
