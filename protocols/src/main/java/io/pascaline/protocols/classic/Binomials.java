// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

/** Rows of Pascal's triangle. */
final class Binomials {
  private Binomials() {}

  /** Returns binom(n, 0) to binom(n, n). */
  static long[] row(int n) {
    long[] row = new long[n + 1];
    row[0] = 1;
    for (int i = 1; i <= n; i++) {
      row[i] = row[i - 1] * (n - i + 1) / i;
    }
    return row;
  }
}
