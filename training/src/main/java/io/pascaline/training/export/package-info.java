// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Turns weights into ONNX models with the activation as a model-local function. */
package io.pascaline.training.export;
