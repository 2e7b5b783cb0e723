// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

/**
 * A function and its derivative at many points. Plain loops over arrays that stay in a core's
 * cache, which the JVM turns into vector instructions. Thread-safe.
 */
interface ActivationKernel {

  /** Puts the derivative at the first {@code count} points into {@code out}; x may be changed. */
  void slopes(float[] x, float[] out, int count);

  /** Puts the function at the first {@code count} points into {@code out}; x may be changed. */
  void values(float[] x, float[] out, int count);
}
