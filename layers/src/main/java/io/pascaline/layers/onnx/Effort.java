// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import java.util.Comparator;

/**
 * The cost of computing a tensor from existing tensors, most expensive part first.
 *
 * @param functions activations that must be approximated
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
