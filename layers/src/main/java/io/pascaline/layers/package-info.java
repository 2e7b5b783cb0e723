// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Everything between a trained network and the steps that the parties run: the network as a graph,
 * its import from ONNX, its compilation to fixed point and its plaintext evaluators.
 *
 * <p>Sub-packages: {@code graph} (the float network), {@code onnx} (import), {@code plaintext} (its
 * evaluation in float), {@code plan} (the public fixed-point plan), {@code compile} (graph to plan
 * and weights), {@code evaluate} (evaluation of a compiled network in plaintext integers), {@code
 * check} (the protocol against its integer semantics), {@code zoo} (published networks, untrained).
 * No input or output except reading and writing model files; no threads.
 */
package io.pascaline.layers;
