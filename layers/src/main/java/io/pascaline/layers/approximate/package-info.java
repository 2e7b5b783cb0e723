// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Puts lines with harmonics of the ring in the place of functions that no protocol computes: fits
 * them to what calibration has seen and chooses how many harmonics each layer gets. Results are
 * immutable, and the same on every machine.
 *
 * <p>{@link io.pascaline.layers.approximate.Approximator} divides a budget of error among the
 * layers of a network. Each layer asks its {@link io.pascaline.layers.approximate.HarmonicFit} for
 * fits with more and more terms; {@code OrthogonalLeastSquares} selects their harmonics.
 */
package io.pascaline.layers.approximate;
