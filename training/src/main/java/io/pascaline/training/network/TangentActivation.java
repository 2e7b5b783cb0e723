package io.pascaline.training.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/**
 * Applies a function through its tangents. Slope and intercept of every element are computed
 * outside the framework's records, in one pass over memory; what it records is {@code slope * x +
 * intercept}, whose gradient is one product. Written with the framework's operations the same
 * function takes about 13 passes over memory, forward and back, which cost more than a small
 * network's convolutions.
 *
 * <p>With a blend t between 0 and 1 the function is {@code (1 - t) relu + t f}. Thread-safe.
 */
final class TangentActivation {
  private static final int CHUNK = 4096;

  /** Below this the threads cost more than they bring. */
  private static final int PARALLEL_FROM = 16 * CHUNK;

  private final TangentKernel kernel;

  TangentActivation(TangentKernel kernel) {
    this.kernel = kernel;
  }

  NDArray apply(NDArray x, double blend) {
    if (blend <= 0) {
      return x.getNDArrayInternal().relu();
    }
    final NDManager manager = x.getManager();
    final Shape shape = x.getShape();
    final NDArray slope = manager.create(shape, DataType.FLOAT32);
    final NDArray intercept = manager.create(shape, DataType.FLOAT32);
    try (NDArray points = x.stopGradient()) {
      fill(floats(points), floats(slope), floats(intercept), (float) Math.min(1, blend));
    }
    return x.mul(slope).addi(intercept);
  }

  private void fill(FloatBuffer x, FloatBuffer slope, FloatBuffer intercept, float blend) {
    final int count = x.remaining();
    final int workers =
        count < PARALLEL_FROM ? 1 : Math.max(1, Runtime.getRuntime().availableProcessors());
    final int chunks = (count + CHUNK - 1) / CHUNK;
    IntStream range = IntStream.range(0, workers);
    if (workers > 1) {
      range = range.parallel();
    }
    range.forEach(
        worker -> {
          final float[] points = new float[CHUNK];
          final float[] slopes = new float[CHUNK];
          final float[] intercepts = new float[CHUNK];
          final int end = (int) ((long) chunks * (worker + 1) / workers);
          for (int chunk = (int) ((long) chunks * worker / workers); chunk < end; chunk++) {
            final int from = chunk * CHUNK;
            final int length = Math.min(CHUNK, count - from);
            x.get(from, points, 0, length);
            kernel.tangents(points, slopes, intercepts, length);
            if (blend < 1) {
              x.get(from, points, 0, length);
              blend(points, slopes, intercepts, length, blend);
            }
            slope.put(from, slopes, 0, length);
            intercept.put(from, intercepts, 0, length);
          }
        });
  }

  private static void blend(float[] x, float[] slope, float[] intercept, int count, float blend) {
    final float rest = 1 - blend;
    for (int i = 0; i < count; i++) {
      slope[i] = blend * slope[i] + (x[i] > 0 ? rest : 0);
      intercept[i] *= blend;
    }
  }

  /** The array's own memory. */
  private static FloatBuffer floats(NDArray array) {
    return array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }
}
