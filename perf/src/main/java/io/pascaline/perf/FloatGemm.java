package io.pascaline.perf;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The yardstick: a single-precision matrix product with the blocking of the integer kernel (weights
 * in panels of two vectors of rows, four columns at a time, broadcast from the untouched right-hand
 * matrix, sums written out row by row) and a fused multiply-add instead of its inner step.
 */
final class FloatGemm {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final Class<?> VECTOR = FLOATS.vectorType();

  private final int rows;
  private final int depth;
  private final int columns;
  private final float[] panels;
  private final float[] sums = new float[8 * LANES];

  /** Packs the left-hand matrix of {@code rows} by {@code depth}; columns a multiple of 4. */
  FloatGemm(int rows, int depth, int columns, float[] left) {
    if (columns % 4 != 0) {
      throw new IllegalArgumentException("columns is " + columns + ", must be a multiple of 4");
    }
    this.rows = rows;
    this.depth = depth;
    this.columns = columns;
    final int width = 2 * LANES;
    this.panels = new float[(rows + width - 1) / width * width * depth];
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < depth; k++) {
        panels[(row / width * depth + k) * width + row % width] = left[row * depth + k];
      }
    }
  }

  /** Multiplies: right is {@code depth} by {@code columns}, output {@code rows} by that. */
  void multiply(float[] right, float[] output) {
    final int width = 2 * LANES;
    for (int row = 0; row < rows; row += width) {
      for (int column = 0; column < columns; column += 4) {
        block(right, columns, column, panels, row * depth, depth, sums);
        final int count = Math.min(width, rows - row);
        for (int lane = 0; lane < count; lane++) {
          final int to = (row + lane) * columns + column;
          output[to] = sums[lane];
          output[to + 1] = sums[lane + width];
          output[to + 2] = sums[lane + 2 * width];
          output[to + 3] = sums[lane + 3 * width];
        }
      }
    }
  }

  private static void block(
      float[] right, int columns, int p, float[] panels, int at, int depth, float[] sums) {
    FloatVector s00 = FloatVector.zero(FLOATS);
    FloatVector s01 = FloatVector.zero(FLOATS);
    FloatVector s10 = FloatVector.zero(FLOATS);
    FloatVector s11 = FloatVector.zero(FLOATS);
    FloatVector s20 = FloatVector.zero(FLOATS);
    FloatVector s21 = FloatVector.zero(FLOATS);
    FloatVector s30 = FloatVector.zero(FLOATS);
    FloatVector s31 = FloatVector.zero(FLOATS);
    for (int k = 0; k < depth; k++) {
      final int f = p + k * columns;
      final int q = at + k * 2 * LANES;
      final FloatVector u0 = FloatVector.fromArray(FLOATS, panels, q);
      final FloatVector u1 = FloatVector.fromArray(FLOATS, panels, q + LANES);
      final FloatVector a0 = FloatVector.broadcast(FLOATS, right[f]);
      s00 = a0.fma(u0, s00);
      s01 = a0.fma(u1, s01);
      final FloatVector a1 = FloatVector.broadcast(FLOATS, right[f + 1]);
      s10 = a1.fma(u0, s10);
      s11 = a1.fma(u1, s11);
      final FloatVector a2 = FloatVector.broadcast(FLOATS, right[f + 2]);
      s20 = a2.fma(u0, s20);
      s21 = a2.fma(u1, s21);
      final FloatVector a3 = FloatVector.broadcast(FLOATS, right[f + 3]);
      s30 = a3.fma(u0, s30);
      s31 = a3.fma(u1, s31);
    }
    store(s00, sums, 0);
    store(s01, sums, LANES);
    store(s10, sums, 2 * LANES);
    store(s11, sums, 3 * LANES);
    store(s20, sums, 4 * LANES);
    store(s21, sums, 5 * LANES);
    store(s30, sums, 6 * LANES);
    store(s31, sums, 7 * LANES);
  }

  private static void store(FloatVector vector, float[] sums, int at) {
    ((FloatVector) VECTOR.cast(vector)).intoArray(sums, at);
  }
}
