// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

/** Element-wise arithmetic of words modulo 2^32, in place, on arrays of one length. */
final class Words {
  private Words() {}

  /** Adds {@code addend} to {@code target}. */
  static void add(int[] target, int[] addend) {
    for (int i = 0; i < target.length; i++) {
      target[i] += addend[i];
    }
  }
}
