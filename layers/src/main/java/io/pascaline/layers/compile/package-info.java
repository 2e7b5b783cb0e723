// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * From a network in floating point to a plan and integer weights, and from those to the two secret
 * halves that parties load. Single-threaded; results are immutable.
 */
package io.pascaline.layers.compile;
