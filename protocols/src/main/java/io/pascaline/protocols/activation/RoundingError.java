// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.activation;

/**
 * Bounds of accumulated rounding errors in double arithmetic: N. J. Higham, "Accuracy and Stability
 * of Numerical Algorithms", 2nd edition, 2002, section 3.1.
 */
final class RoundingError {
  /** Half a unit in the last place of 1: the largest relative error of one operation. */
  static final double UNIT = 0x1.0p-53;

  private RoundingError() {}

  /** Returns gamma_n = n u / (1 - n u), the relative bound after {@code operations} roundings. */
  static double gamma(int operations) {
    double nu = operations * UNIT;
    return nu / (1 - nu);
  }
}
