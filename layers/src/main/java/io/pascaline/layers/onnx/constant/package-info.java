// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Tensors known at import, and the operators that exporters leave to be computed from them. Knows
 * nothing of the graph under construction.
 */
package io.pascaline.layers.onnx.constant;
