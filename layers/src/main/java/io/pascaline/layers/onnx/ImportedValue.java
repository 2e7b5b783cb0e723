// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.constant.ConstantTensor;

/**
 * What a tensor name of the file stands for during import: a constant, a tensor that depends on the
 * network's input, or such a tensor with zeros around it.
 */
sealed interface ImportedValue permits ImportedValue.Constant, ImportedValue.Padded, TensorValue {

  /** A tensor known at import. */
  record Constant(ConstantTensor tensor) implements ImportedValue {}

  /**
   * A tensor with zeros around its rows and columns, which become part of the padding of the next
   * window. For other readers they become a view.
   */
  record Padded(
      TensorValue source, int padTop, int padLeft, int padBottom, int padRight, String where)
      implements ImportedValue {}
}
