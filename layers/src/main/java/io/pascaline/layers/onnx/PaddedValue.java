// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

/** A tensor with zeros around its rows and columns, waiting for the window that takes them in. */
record PaddedValue(
    TensorValue source, int padTop, int padLeft, int padBottom, int padRight, String where)
    implements ImportedValue {}
