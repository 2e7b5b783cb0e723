// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Runs networks in plaintext on ONNX Runtime, which is an optional dependency: without it on the
 * class path, {@link io.pascaline.layers.runtime.OnnxRuntimeEngine} uses the float evaluator.
 */
package io.pascaline.layers.runtime;
