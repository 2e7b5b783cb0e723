// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * From a network in floating point to a plan and integer weights, and from those to what each of
 * the two parties loads: its share of the weights, the weights themselves, or neither, as their
 * visibility says. A compilation runs on its caller's thread, except that functions are fitted on
 * all cores; results are immutable.
 */
package io.pascaline.layers.compile;
