// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

/**
 * What the paired inner product reads: the first word of pair k at position n is {@code
 * input[base[n] + offsets[k]]}, its partner lies {@code second} words further. Arrays are shared,
 * not copied.
 *
 * <p>{@code base} and {@code eta} (sum of the products within the pairs, per position) are as long
 * as the positions rounded up to whole blocks.
 */
final class PairPanel {
  final int[] input;
  final int second;
  final int[] base;
  final int[] offsets;
  final int pairs;
  final int[] weights;
  final int[] eta;

  PairPanel(int[] input, int second, int[] base, int[] offsets, int[] weights, int[] eta) {
    this.input = input;
    this.second = second;
    this.base = base;
    this.offsets = offsets;
    this.pairs = offsets.length;
    this.weights = weights;
    this.eta = eta;
  }
}
