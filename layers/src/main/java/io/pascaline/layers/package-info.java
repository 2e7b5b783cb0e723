// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Everything between a trained network and the steps that the parties run: the network as a graph,
 * its import from ONNX, its compilation to fixed point and its plaintext evaluators. In the order
 * in which a model passes them:
 *
 * <pre>
 *   onnx         import and writing
 *   graph        the float network
 *   plaintext    its evaluation in float, for calibration and as the reference for accuracy
 *   runtime      the same on ONNX Runtime, which is optional
 *   approximate  harmonics in the place of functions that no protocol computes
 *   compile      graph to plan and weights
 *   plan         the public fixed-point plan, its steps and its costs
 *   format       what all files of the project have in common
 *   evaluate     evaluation of a compiled network in plaintext integers
 *   check        the protocol against its integer semantics
 *   canary       inputs with which a client checks the parties
 *   zoo          published networks, untrained
 * </pre>
 *
 * <p>No input or output except reading and writing files of models; no threads except while
 * functions are fitted.
 */
package io.pascaline.layers;
