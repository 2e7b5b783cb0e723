// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

/**
 * Whether something grows: the least-squares line through (x, y), and how far noise alone may tilt
 * it.
 *
 * @param slope of y by x
 * @param standardError of the slope, from what the line leaves over
 * @param points how many there are
 */
record Growth(double slope, double standardError, int points) {
  /** One in a thousand of a normal distribution lies above. */
  private static final double SURE = 3.09;

  /** Returns the line through at least three points. */
  static Growth of(double[] x, double[] y) {
    if (x.length != y.length || x.length < 3) {
      throw new IllegalArgumentException("points must be 3 or more: " + x.length + ", " + y.length);
    }
    double meanX = 0;
    double meanY = 0;
    for (int i = 0; i < x.length; i++) {
      meanX += x[i] / x.length;
      meanY += y[i] / x.length;
    }
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += (x[i] - meanX) * (x[i] - meanX);
      xy += (x[i] - meanX) * (y[i] - meanY);
    }
    double slope = xy / xx;
    double left = 0;
    for (int i = 0; i < x.length; i++) {
      double off = y[i] - meanY - slope * (x[i] - meanX);
      left += off * off;
    }
    return new Growth(slope, Math.sqrt(left / (x.length - 2) / xx), x.length);
  }

  /** Returns the least slope that explains the points, but for one series in a thousand. */
  double atLeast() {
    return slope - SURE * standardError;
  }

  /** Returns the largest slope that explains the points, but for one series in a thousand. */
  double atMost() {
    return slope + SURE * standardError;
  }
}
