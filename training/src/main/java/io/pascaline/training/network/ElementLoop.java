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

  /** Computes some elements and a measure of them. */
  @FunctionalInterface
  public interface MeasuredBody {

    /**
     * Computes the first {@code count} elements.
     *
     * @param x what was read; may be changed
     * @param out receives what is written
     * @return the measure, at least 0
     */
    int run(float[] x, float[] out, int count);
  }

  /** Computes the elements of one plane. */
  @FunctionalInterface
  public interface PlaneBody {

    /**
     * Computes a plane.
     *
     * @param plane which one, in the order of memory
     * @param x its elements; may be changed
     * @param out receives what is written
     */
    void run(int plane, float[] x, float[] out, int count);
  }

  /**
   * Fills an array from another of as many elements, plane by plane.
   *
   * @param in float32, contiguous
   * @param out float32, contiguous; its gradient record does not learn of the change
   * @param planes equal parts of the arrays
   */
  public static void planes(NDArray in, NDArray out, int planes, PlaneBody body) {
    try (NDArray points = in.stopGradient();
        NDArray target = out.stopGradient()) {
      FloatBuffer source = floats(points);
      FloatBuffer sink = floats(target);
      int length = source.remaining() / planes;
      int workers = source.remaining() < PARALLEL_FROM ? 1 : WORKERS;
      IntStream range = IntStream.range(0, workers);
      (workers > 1 ? range.parallel() : range)
          .forEach(
              worker -> {
                float[] x = new float[length];
                float[] y = new float[length];
                int end = (int) ((long) planes * (worker + 1) / workers);
                for (int i = (int) ((long) planes * worker / workers); i < end; i++) {
                  source.get(i * length, x, 0, length);
                  body.run(i, x, y, length);
                  sink.put(i * length, y, 0, length);
                }
              });
    }
  }

  /**
   * Fills an array from another of as many elements.
   *
   * @param in float32, contiguous
   * @param out float32, contiguous; its gradient record does not learn of the change
   */
  public static void run(NDArray in, NDArray out, Body body) {
    largest(
        in,
        out,
        (x, y, count) -> {
          body.run(x, y, count);
          return 0;
        });
  }

  /**
   * Fills an array from another of as many elements.
   *
   * @param in float32, contiguous
   * @param out float32, contiguous; its gradient record does not learn of the change
   * @return the largest measure; 0 if there are no elements
   */
  public static int largest(NDArray in, NDArray out, MeasuredBody body) {
    try (NDArray points = in.stopGradient();
        NDArray target = out.stopGradient()) {
      return largest(floats(points), floats(target), body);
    }
  }

  private static FloatBuffer floats(NDArray array) {
    return array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private static int largest(FloatBuffer in, FloatBuffer out, MeasuredBody body) {
    int count = in.remaining();
    int chunks = (count + CHUNK - 1) / CHUNK;
    int workers = count < PARALLEL_FROM ? 1 : WORKERS;
    IntStream range = IntStream.range(0, workers);
    return (workers > 1 ? range.parallel() : range)
        .map(
            worker -> {
              int first = (int) ((long) chunks * worker / workers);
              int end = (int) ((long) chunks * (worker + 1) / workers);
              return part(in, out, body, first, end);
            })
        .max()
        .orElse(0);
  }

  private static int part(
      FloatBuffer in, FloatBuffer out, MeasuredBody body, int firstChunk, int endChunk) {
    float[] x = new float[Math.min(CHUNK, in.limit())];
    float[] y = new float[x.length];
    int largest = 0;
    for (int chunk = firstChunk; chunk < endChunk; chunk++) {
      int from = chunk * CHUNK;
      int length = Math.min(CHUNK, in.limit() - from);
      in.get(from, x, 0, length);
      largest = Math.max(largest, body.run(x, y, length));
      out.put(from, y, 0, length);
    }
    return largest;
  }
}
