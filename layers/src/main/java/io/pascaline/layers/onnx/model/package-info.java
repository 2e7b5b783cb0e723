// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** One operator of an ONNX file, what its import may use, and the refusal of a file. */
package io.pascaline.layers.onnx.model;
