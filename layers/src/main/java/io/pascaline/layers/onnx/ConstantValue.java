// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

/** A tensor known at import. */
record ConstantValue(ConstantTensor tensor) implements ImportedValue {}
