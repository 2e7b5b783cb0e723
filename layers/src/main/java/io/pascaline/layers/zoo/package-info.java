// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The networks of the paper's timing runs (Diaa et al., "Fast and Private Inference of Deep Neural
 * Networks by Co-designing Activation Functions", USENIX Security 2024) with random weights. They
 * answer nothing useful: what they cost is that of a trained network of the same shape. Stateless;
 * equal arguments give equal networks on every machine.
 */
package io.pascaline.layers.zoo;
