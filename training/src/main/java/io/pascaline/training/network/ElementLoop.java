// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import ai.djl.ndarray.NDArray;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/**
 * A loop over a tensor's own memory, chunk by chunk through arrays that stay in a core's cache: one
 * pass whatever it computes, where the framework takes one for each operation. Not recorded for
 * gradients. Parallel unless {@code OMP_NUM_THREADS} is 1; results do not depend on it.
 */
public final class ElementLoop {
  private static final int CHUNK = 4096;

  /** Below this the threads cost more than they bring. */
  private static final int PARALLEL_FROM = 16 * CHUNK;

  private static final int WORKERS =
      "1".equals(System.getenv("OMP_NUM_THREADS"))
          ? 1
          : Math.max(1, Runtime.getRuntime().availableProcessors());

  private ElementLoop() {}

  /** Computes some elements. */
  @FunctionalInterface
  public interface Body {

    /**
     * Computes the first {@code count} elements.
     *
     * @param x what was read; may be changed
     * @param out receives what is written
     */
    void run(float[] x, float[] out, int count);
  }

  /**
   * Fills an array from another of as many elements.
   *
   * @param in float32, contiguous
   * @param out float32, contiguous; its gradient record does not learn of the change
   */
  public static void run(NDArray in, NDArray out, Body body) {
    try (NDArray points = in.stopGradient();
        NDArray target = out.stopGradient()) {
      run(floats(points), floats(target), body);
    }
  }

  private static FloatBuffer floats(NDArray array) {
    return array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private static void run(FloatBuffer in, FloatBuffer out, Body body) {
    int count = in.remaining();
    int chunks = (count + CHUNK - 1) / CHUNK;
    int workers = count < PARALLEL_FROM ? 1 : WORKERS;
    IntStream range = IntStream.range(0, workers);
    (workers > 1 ? range.parallel() : range)
        .forEach(
            worker -> {
              float[] x = new float[Math.min(CHUNK, count)];
              float[] y = new float[x.length];
              int end = (int) ((long) chunks * (worker + 1) / workers);
              for (int chunk = (int) ((long) chunks * worker / workers); chunk < end; chunk++) {
                int from = chunk * CHUNK;
                int length = Math.min(CHUNK, count - from);
                in.get(from, x, 0, length);
                body.run(x, y, length);
                out.put(from, y, 0, length);
              }
            });
  }
}
