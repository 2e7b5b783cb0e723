// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Turns network graphs into ONNX models, with activations as model-local functions. */
package io.pascaline.layers.onnx.write;
