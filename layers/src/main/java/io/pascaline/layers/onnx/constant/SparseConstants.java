// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.constant;

import ai.onnx.proto.OnnxMl.SparseTensorProto;
import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.OnnxNode;

/** Constants of which a file stores only the elements other than zero. */
final class SparseConstants {
  private SparseConstants() {}

  /**
   * Reads a constant; the places are numbers in row-major order, or one row of coordinates each.
   */
  static ConstantTensor read(OnnxNode node, SparseTensorProto sparse, ImportBudget budget) {
    if (sparse.getDimsCount() > 8) {
      throw node.damaged("has " + sparse.getDimsCount() + " dimensions");
    }
    int[] dims = new int[sparse.getDimsCount()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = node.size("dimension", sparse.getDims(i));
    }
    ConstantTensor values = TensorReader.read(sparse.getValues(), node.where());
    ConstantTensor places = TensorReader.read(sparse.getIndices(), node.where());
    int perValue = places.rank() == 2 ? places.dim(1) : 1;
    if (!places.isInteger()
        || perValue != (places.rank() == 2 ? dims.length : 1)
        || places.elementCount() != (long) values.elementCount() * perValue) {
      throw node.damaged("its values do not match their indices");
    }
    double[] elements = new double[ConstantLayout.elementCount(node, dims, budget)];
    for (int i = 0; i < values.elementCount(); i++) {
      long place = 0;
      for (int axis = 0; axis < perValue; axis++) {
        long coordinate = places.integer(i * perValue + axis);
        long end = places.rank() == 2 ? dims[axis] : elements.length;
        if (coordinate < 0 || coordinate >= end) {
          throw node.damaged("a value lies outside");
        }
        place = place * end + coordinate;
      }
      elements[(int) place] = values.real(i);
    }
    return ConstantTensor.ofDoubles(dims, elements);
  }
}
