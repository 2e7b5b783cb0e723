// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import ai.djl.ndarray.types.Shape;

/** The project's shapes in the framework's form. */
final class Dims {
  private Dims() {}

  /** Returns a shape with the batch before it; -1 is whatever is left. */
  static Shape batched(long batch, io.pascaline.protocols.linear.Shape shape) {
    long[] dims = new long[shape.rank() + 1];
    dims[0] = batch;
    for (int i = 1; i < dims.length; i++) {
      dims[i] = shape.dim(i - 1);
    }
    return new Shape(dims);
  }
}
