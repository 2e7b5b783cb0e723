// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Puts lines with harmonics of the ring in the place of functions that no protocol computes: fits
 * them to what calibration has seen and chooses how many harmonics each layer gets. Results are
 * immutable, and the same on every machine.
 */
package io.pascaline.layers.approximate;
