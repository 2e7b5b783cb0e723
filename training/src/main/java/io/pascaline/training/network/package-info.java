// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Trainable form of any {@link io.pascaline.layers.graph.NetworkGraph}, for every family of
 * activations, on DJL's PyTorch engine. Weights come from a graph and go back into one; nothing
 * else of the project needs to know the framework.
 */
package io.pascaline.training.network;
