// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

/** What a tensor name of the file stands for during import. */
sealed interface ImportedValue permits ConstantValue, TensorValue, PaddedValue {}
