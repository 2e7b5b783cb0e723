// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

import java.util.List;

/**
 * The public geometry of tensors that stand one behind the other along an axis.
 *
 * @param inputShapes at least one; equal but for the axis
 * @param axis the dimension that grows, from 0
 */
public record Concatenation(List<Shape> inputShapes, int axis) {

  /**
   * Checks that the shapes fit.
   *
   * @throws IllegalArgumentException naming what does not
   */
  public Concatenation {
    inputShapes = List.copyOf(inputShapes);
    if (inputShapes.isEmpty()) {
      throw new IllegalArgumentException("inputShapes are none, must be at least one");
    }
    Shape first = inputShapes.get(0);
    if (axis < 0 || axis >= first.rank()) {
      throw new IllegalArgumentException("axis is " + axis + ", tensors have shape " + first);
    }
    for (Shape shape : inputShapes) {
      int[] dims = shape.dims();
      if (dims.length == first.rank()) {
        dims[axis] = first.dim(axis);
      }
      if (!Shape.of(dims).equals(first)) {
        throw new IllegalArgumentException(
            "shapes " + first + " and " + shape + " differ beside axis " + axis);
      }
    }
    outputShape(inputShapes, axis);
  }

  private static Shape outputShape(List<Shape> shapes, int axis) {
    int[] dims = shapes.get(0).dims();
    long sum = shapes.stream().mapToLong(shape -> shape.dim(axis)).sum();
    dims[axis] = (int) Math.min(sum, Integer.MAX_VALUE);
    return Shape.of(dims);
  }

  /** Returns the shape of all together. */
  public Shape outputShape() {
    return outputShape(inputShapes, axis);
  }

  /** A run of elements that stay together. */
  @FunctionalInterface
  public interface Run {
    /**
     * Visits one run.
     *
     * @param input which tensor it comes from
     * @param from index of its first element there
     * @param to index of its first element in the output
     * @param count how many elements it has
     */
    void at(int input, int from, int to, int count);
  }

  /** Visits every run, in the order of the output. */
  public void forEachRun(Run run) {
    Shape first = inputShapes.get(0);
    int outerCount = 1;
    for (int d = 0; d < axis; d++) {
      outerCount *= first.dim(d);
    }
    int to = 0;
    for (int outer = 0; outer < outerCount; outer++) {
      for (int input = 0; input < inputShapes.size(); input++) {
        int count = inputShapes.get(input).elementCount() / outerCount;
        run.at(input, outer * count, to, count);
        to += count;
      }
    }
  }
}
