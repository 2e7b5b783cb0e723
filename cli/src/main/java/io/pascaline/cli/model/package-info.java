// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Models as the user names them: an ONNX file with what it says about its inputs, and the images
 * that the compiler takes its bounds from.
 */
package io.pascaline.cli.model;
