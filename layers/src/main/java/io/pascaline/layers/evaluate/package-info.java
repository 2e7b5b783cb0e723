// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Plaintext evaluators of a compiled network, in the integers that the parties compute on: the
 * exact reference of a protocol run. They see weights and inputs in plaintext, so they belong to
 * the model owner's side and to tests.
 */
package io.pascaline.layers.evaluate;
