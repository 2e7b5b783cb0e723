// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Import of ONNX models (opset 7 and later) into {@link io.pascaline.layers.graph}.
 *
 * <p>A file is untrusted input: its size, its tensors and everything computed from it are bounded,
 * and whatever cannot be imported faithfully is refused with a {@link
 * io.pascaline.layers.onnx.model.ModelFormatException} that names the place and the remedy. Nothing
 * is approximated: a network comes out as the same function up to float rounding, or not at all.
 */
package io.pascaline.layers.onnx;
