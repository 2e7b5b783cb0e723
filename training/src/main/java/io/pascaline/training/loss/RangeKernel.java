// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loss;

import ai.djl.ndarray.NDArray;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/**
 * {@code x^p} of every element, and the largest magnitude among them, in one pass over memory.
 * Plain loops over pieces that stay in a core's cache, which the JVM turns into vector
 * instructions.
 */
final class RangeKernel {
  private static final int CHUNK = 4096;

  /** Below this the threads cost more than they bring. */
  private static final int PARALLEL_FROM = 16 * CHUNK;

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
    FloatBuffer from = floats(x);
    FloatBuffer to = floats(powers);
    int count = from.remaining();
    int workers =
        count < PARALLEL_FROM ? 1 : Math.max(1, Runtime.getRuntime().availableProcessors());
    int chunks = (count + CHUNK - 1) / CHUNK;
    IntStream range = IntStream.range(0, workers);
    if (workers > 1) {
      range = range.parallel();
    }
    int largest =
        range
            .map(
                worker ->
                    part(
                        from,
                        to,
                        (int) ((long) chunks * worker / workers),
                        (int) ((long) chunks * (worker + 1) / workers)))
            .max()
            .orElse(0);
    return Float.intBitsToFloat(largest);
  }

  private int part(FloatBuffer from, FloatBuffer to, int firstChunk, int endChunk) {
    float[] x = new float[CHUNK];
    float[] powers = new float[CHUNK];
    int largest = 0;
    for (int chunk = firstChunk; chunk < endChunk; chunk++) {
      int start = chunk * CHUNK;
      int length = Math.min(CHUNK, from.limit() - start);
      from.get(start, x, 0, length);
      largest = Math.max(largest, largestBits(x, length));
      raise(x, powers, length);
      to.put(start, powers, 0, length);
    }
    return largest;
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

  private static FloatBuffer floats(NDArray array) {
    return array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }
}
