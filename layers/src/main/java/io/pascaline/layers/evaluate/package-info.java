// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Plaintext evaluators of a network: in float for reference and calibration, and in the integers
 * that the parties compute on, as the exact reference of a protocol run. They see weights and
 * inputs in the clear, so they belong to the model owner's side and to tests.
 */
package io.pascaline.layers.evaluate;
