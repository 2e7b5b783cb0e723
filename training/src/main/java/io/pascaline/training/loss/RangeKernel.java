// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loss;

import ai.djl.ndarray.NDArray;
import io.pascaline.training.network.ElementLoop;

/**
 * {@code x^p} of every element, and the largest magnitude among them, in one pass over memory:
 * plain loops, which the JVM turns into vector instructions.
 */
final class RangeKernel {
  private static final int MAGNITUDE_BITS = 0x7fffffff;

  private final int power;

  /**
   * A kernel.
   *
   * @param power odd, at least 1
   */
  RangeKernel(int power) {
    this.power = power;
  }

  /**
   * Fills {@code powers} with {@code x^power}.
   *
   * @param x contiguous, in the main memory
   * @param powers as many elements
   * @return the largest magnitude in x; not a number if one is in it
   */
  float apply(NDArray x, NDArray powers) {
    return Float.intBitsToFloat(
        ElementLoop.largest(
            x,
            powers,
            (from, to, count) -> {
              raise(from, to, count);
              return largestBits(from, count);
            }));
  }

  /** Floats without their sign are ordered as their bits are; NaN comes last. */
  private static int largestBits(float[] x, int length) {
    int largest = 0;
    for (int i = 0; i < length; i++) {
      largest = Math.max(largest, Float.floatToRawIntBits(x[i]) & MAGNITUDE_BITS);
    }
    return largest;
  }

  private void raise(float[] x, float[] powers, int length) {
    switch (power) {
      case 3 -> {
        for (int i = 0; i < length; i++) {
          powers[i] = x[i] * x[i] * x[i];
        }
      }
      case 5 -> {
        for (int i = 0; i < length; i++) {
          float square = x[i] * x[i];
          powers[i] = square * square * x[i];
        }
      }
      case 7 -> {
        for (int i = 0; i < length; i++) {
          float square = x[i] * x[i];
          powers[i] = square * square * square * x[i];
        }
      }
      case 9 -> {
        for (int i = 0; i < length; i++) {
          float square = x[i] * x[i];
          float fourth = square * square;
          powers[i] = fourth * fourth * x[i];
        }
      }
      default -> {
        System.arraycopy(x, 0, powers, 0, length);
        for (int factors = 1; factors < power; factors++) {
          for (int i = 0; i < length; i++) {
            powers[i] *= x[i];
          }
        }
      }
    }
  }
}
