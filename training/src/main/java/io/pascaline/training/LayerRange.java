// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

/**
 * How far an activation's inputs reach.
 *
 * @param layer name of the activation's node
 * @param largest largest magnitude
 * @param bound largest magnitude for which the activation is meant; infinite if any will do
 */
public record LayerRange(String layer, float largest, double bound) {}
