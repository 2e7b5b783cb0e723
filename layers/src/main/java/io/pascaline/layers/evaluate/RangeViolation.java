// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

/**
 * A layer whose values leave the range that the plan allows. The secure run gives a wrong result
 * for this input; the remedy is calibration with such inputs, or a larger safety factor.
 *
 * @param layer the layer's id
 * @param name the layer's name
 * @param elementCount how many elements of the layer are out of range
 * @param largest the largest magnitude, in real units before a pending division
 * @param bound what it must stay below, in the same units
 */
public record RangeViolation(
    int layer, String name, int elementCount, double largest, double bound) {}
