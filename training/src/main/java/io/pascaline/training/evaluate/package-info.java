// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Measures exported ONNX models with ONNX Runtime. */
package io.pascaline.training.evaluate;
