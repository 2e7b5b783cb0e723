// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The public geometry of a view: every element of its output is one element of its input, or a
 * constant, the pad value. Transposition, slices, padding, repetition and the taps of windows are
 * views. Output element {@code (j_0, ..., j_n)} is
 *
 * <pre>
 * input[offset + sum over d of stride_d * index_d],  index_d = start_d + step_d * j_d
 * </pre>
 *
 * <p>An axis whose {@code index_d} is not in {@code [0, extent_d)} either moves it to the nearest
 * that is (if it is clamped), or gives the pad value.
 *
 * @param inputShape shape of the input
 * @param offset of the first element, in elements
 * @param axes from 1 to {@link #MAX_AXES}, outermost first; their counts multiply to the elements
 *     of the output
 * @param outputShape shape of the output; it may group the elements otherwise than the axes do
 */
public record TensorView(Shape inputShape, int offset, List<Axis> axes, Shape outputShape) {
  /** The most axes of a view. */
  public static final int MAX_AXES = 16;

  private static final int MAX_POSITION = 1 << 30;

  /**
   * One axis of the output.
   *
   * @param count how many positions it has, at least 1
   * @param start index of the first position, of magnitude up to 2^30
   * @param step from one position's index to the next, not 0
   * @param extent how many indices are inside, at least 1
   * @param stride from one index to the next, in elements of the input, at least 0
   * @param clamped whether an index outside is moved to the nearest inside
   */
  public record Axis(int count, int start, int step, int extent, int stride, boolean clamped) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException naming the one that is out of range
     */
    public Axis {
      require("count", count, 1, Integer.MAX_VALUE);
      require("extent", extent, 1, Integer.MAX_VALUE);
      require("stride", stride, 0, Integer.MAX_VALUE);
      require("start", start, -MAX_POSITION, MAX_POSITION);
      require("last index", start + (long) step * (count - 1), -MAX_POSITION, MAX_POSITION);
      if (step == 0) {
        throw new IllegalArgumentException("step is 0, must not be");
      }
    }

    private static void require(String what, long value, long min, long max) {
      if (value < min || value > max) {
        throw new IllegalArgumentException(
            what + " is " + value + ", must be in [" + min + ", " + max + "]");
      }
    }

    /** Returns an axis that reads all of a dimension as it is. */
    static Axis whole(int extent, int stride) {
      return new Axis(extent, 0, 1, extent, stride, false);
    }

    private int last() {
      return start + step * (count - 1);
    }

    /** Returns whether some index is outside. */
    public boolean reachesOutside() {
      return Math.min(start, last()) < 0 || Math.max(start, last()) >= extent;
    }

    /** Returns where each position is, in elements from the offset; -1 for the pad value. */
    private int[] places() {
      int[] places = new int[count];
      for (int j = 0; j < count; j++) {
        int index = start + step * j;
        int inside = Math.max(0, Math.min(extent - 1, index));
        places[j] = index == inside || clamped ? inside * stride : -1;
      }
      return places;
    }
  }

  /**
   * Checks that the view stays in its input.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public TensorView {
    Objects.requireNonNull(inputShape, "inputShape");
    Objects.requireNonNull(outputShape, "outputShape");
    axes = List.copyOf(axes);
    if (axes.isEmpty() || axes.size() > MAX_AXES) {
      throw new IllegalArgumentException("axes are " + axes.size() + ", must be 1 to " + MAX_AXES);
    }
    long count = 1;
    long last = offset;
    for (Axis axis : axes) {
      count *= axis.count;
      last += (long) axis.stride * (axis.extent - 1);
      if (count > outputShape.elementCount() || last >= inputShape.elementCount()) {
        break;
      }
    }
    if (offset < 0 || last >= inputShape.elementCount()) {
      throw new IllegalArgumentException(
          "offset " + offset + " and axes leave the input " + inputShape);
    }
    if (count != outputShape.elementCount()) {
      throw new IllegalArgumentException(
          "axes do not have as many positions as " + outputShape + " has elements");
    }
  }

  /** Returns the view that exchanges dimensions: output dimension i is input dimension order[i]. */
  public static TensorView transposed(Shape input, int... order) {
    int[] strides = strides(input);
    Axis[] axes = new Axis[order.length];
    int[] dims = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      axes[i] = Axis.whole(input.dim(order[i]), strides[order[i]]);
      dims[i] = input.dim(order[i]);
    }
    if (Arrays.stream(order).distinct().count() != input.rank()) {
      throw new IllegalArgumentException("order is not one of the dimensions of " + input);
    }
    return new TensorView(input, 0, List.of(axes), Shape.of(dims));
  }

  /**
   * Returns the view that reads one dimension at {@code start}, {@code start + step} and so on; it
   * may leave the dimension on either side.
   */
  public static TensorView along(
      Shape input, int dimension, int start, int step, int count, boolean clamped) {
    List<Axis> axes = wholeAxes(input);
    Axis whole = axes.get(dimension);
    axes.set(dimension, new Axis(count, start, step, whole.extent, whole.stride, clamped));
    int[] dims = input.dims();
    dims[dimension] = count;
    return new TensorView(input, 0, axes, Shape.of(dims));
  }

  /**
   * Returns the view with further positions around the input.
   *
   * @param before how many before each dimension; negative to leave some out
   * @param after how many behind each dimension; negative to leave some out
   * @param clamped whether they repeat the edge, instead of being the pad value
   */
  public static TensorView padded(Shape input, int[] before, int[] after, boolean clamped) {
    List<Axis> axes = wholeAxes(input);
    int[] dims = input.dims();
    for (int d = 0; d < dims.length; d++) {
      Axis whole = axes.get(d);
      dims[d] = Math.addExact(Math.addExact(dims[d], before[d]), after[d]);
      axes.set(d, new Axis(dims[d], -before[d], 1, whole.extent, whole.stride, clamped));
    }
    return new TensorView(input, 0, axes, Shape.of(dims));
  }

  /** Returns the view that repeats each element of each dimension, factors[d] times. */
  public static TensorView repeated(Shape input, int... factors) {
    List<Axis> axes = new ArrayList<>();
    int[] dims = input.dims();
    for (Axis whole : wholeAxes(input)) {
      int d = axes.size() / 2;
      axes.add(whole);
      axes.add(new Axis(factors[d], 0, 1, factors[d], 0, false));
      dims[d] = Math.multiplyExact(dims[d], factors[d]);
    }
    return new TensorView(input, 0, axes, Shape.of(dims));
  }

  /** Returns row-major strides of a shape, in elements. */
  public static int[] strides(Shape shape) {
    int[] strides = new int[shape.rank()];
    int stride = 1;
    for (int d = strides.length - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= shape.dim(d);
    }
    return strides;
  }

  /** Returns one axis for each dimension; a scalar has one of one position. */
  private static List<Axis> wholeAxes(Shape input) {
    int[] strides = strides(input);
    List<Axis> axes = new ArrayList<>();
    for (int d = 0; d < strides.length; d++) {
      axes.add(Axis.whole(input.dim(d), strides[d]));
    }
    return axes;
  }

  /** Returns whether some element of the output is the pad value. */
  public boolean isPadded() {
    return axes.stream().anyMatch(axis -> axis.reachesOutside() && !axis.clamped);
  }

  /** Returns whether the output's elements are those of the input, in their order. */
  public boolean isIdentity() {
    if (inputShape.elementCount() != outputShape.elementCount() || isPadded()) {
      return false;
    }
    TensorView simple = simplified();
    Axis only = simple.axes.get(0);
    return simple.axes.size() == 1
        // A clamped axis repeats the elements at its ends.
        && !only.reachesOutside()
        && simple.offset == 0
        && only.start == 0
        && (only.count == 1 || only.step * only.stride == 1);
  }

  /**
   * Returns the same view with as few axes as adjacent ones can be joined to, and with the indices
   * of axes that stay inside counted from 0.
   */
  public TensorView simplified() {
    int at = offset;
    List<Axis> simple = new ArrayList<>();
    for (Axis axis : axes) {
      if (axis.reachesOutside()) {
        simple.add(axis);
        continue;
      }
      at += Math.min(axis.start, axis.last()) * axis.stride;
      if (axis.count == 1) {
        continue;
      }
      Axis next = counted(axis.count, axis.step * axis.stride);
      Axis previous = simple.isEmpty() ? null : simple.get(simple.size() - 1);
      if (previous != null
          && !previous.reachesOutside()
          && (long) previous.step * previous.stride
              == (long) next.step * next.stride * next.count) {
        simple.set(
            simple.size() - 1, counted(previous.count * next.count, next.step * next.stride));
      } else {
        simple.add(next);
      }
    }
    if (simple.isEmpty()) {
      simple.add(new Axis(1, 0, 1, 1, 0, false));
    }
    return new TensorView(inputShape, at, simple, outputShape);
  }

  /** Returns an axis that stays inside, of as many indices as positions. */
  private static Axis counted(int count, int signedStride) {
    int start = signedStride < 0 ? count - 1 : 0;
    int step = signedStride < 0 ? -1 : 1;
    return new Axis(count, start, step, count, Math.abs(signedStride), false);
  }

  /**
   * Returns this view of another view's output, as one view of the other's input.
   *
   * @param inner makes what this view reads
   * @return null where this method finds none, though there may be one
   */
  public TensorView ofOrNull(TensorView inner) {
    return new ViewComposition(inner.simplified()).beforeOrNull(this.simplified());
  }

  /**
   * Reads words.
   *
   * @param input row-major, of the input's shape; not written
   * @param pad the pad value
   * @return a new array of the output's shape
   * @throws IllegalArgumentException if the length is wrong
   */
  public int[] apply(int[] input, int pad) {
    requireLength(input.length);
    int[] output = new int[outputShape.elementCount()];
    forEachRow(
        (base, to, places) -> {
          for (int j = 0; j < places.length; j++) {
            output[to + j] = base < 0 || places[j] < 0 ? pad : input[base + places[j]];
          }
        });
    return output;
  }

  /** Reads double words; see {@link #apply(int[], int)}. */
  public long[] apply(long[] input, long pad) {
    requireLength(input.length);
    long[] output = new long[outputShape.elementCount()];
    forEachRow(
        (base, to, places) -> {
          for (int j = 0; j < places.length; j++) {
            output[to + j] = base < 0 || places[j] < 0 ? pad : input[base + places[j]];
          }
        });
    return output;
  }

  /** Reads real numbers; see {@link #apply(int[], int)}. */
  public float[] apply(float[] input, float pad) {
    requireLength(input.length);
    float[] output = new float[outputShape.elementCount()];
    forEachRow(
        (base, to, places) -> {
          for (int j = 0; j < places.length; j++) {
            output[to + j] = base < 0 || places[j] < 0 ? pad : input[base + places[j]];
          }
        });
    return output;
  }

  /** Reads real numbers; see {@link #apply(int[], int)}. */
  public double[] apply(double[] input, double pad) {
    requireLength(input.length);
    double[] output = new double[outputShape.elementCount()];
    forEachRow(
        (base, to, places) -> {
          for (int j = 0; j < places.length; j++) {
            output[to + j] = base < 0 || places[j] < 0 ? pad : input[base + places[j]];
          }
        });
    return output;
  }

  private void requireLength(int length) {
    if (length != inputShape.elementCount()) {
      throw new IllegalArgumentException(
          "input has " + length + " elements, must have " + inputShape.elementCount());
    }
  }

  /** The positions of the innermost axis at one position of all others. */
  private interface Row {
    /** Visits a row; the base is negative if all of it is the pad value. */
    void at(int base, int to, int[] places);
  }

  private void forEachRow(Row row) {
    int outer = axes.size() - 1;
    int[][] places = new int[axes.size()][];
    for (int d = 0; d <= outer; d++) {
      places[d] = axes.get(d).places();
    }
    int[] position = new int[outer];
    int rowCount = outputShape.elementCount() / places[outer].length;
    for (int i = 0; i < rowCount; i++) {
      int base = offset;
      for (int d = 0; d < outer; d++) {
        int place = places[d][position[d]];
        base = place < 0 || base < 0 ? -1 : base + place;
      }
      row.at(base, i * places[outer].length, places[outer]);
      for (int d = outer - 1; d >= 0 && ++position[d] == places[d].length; d--) {
        position[d] = 0;
      }
    }
  }
}
