// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import io.pascaline.layers.plan.SentBytes;

/**
 * What a local run found for one layer, given the layer's actual (reconstructed) input.
 *
 * @param layer the layer's id
 * @param name the layer's name
 * @param elementCount elements of the output
 * @param outOfRangeCount input elements of an activation beyond its bound; their result is
 *     undefined
 * @param largestDeviation from the layer's meaning, in units of the output's last place
 * @param allowedDeviation 0 for linear and local layers, the step's own bound for activations
 * @param rounds openings that took place
 * @param online payload that each party sent to the other in the online phase
 * @param advanceBytes payload that party 1 sent to party 0 in the offline phase
 * @param correctionBytes payload that the dealer sent
 */
public record LayerCheck(
    int layer,
    String name,
    int elementCount,
    int outOfRangeCount,
    double largestDeviation,
    double allowedDeviation,
    int rounds,
    SentBytes online,
    long advanceBytes,
    long correctionBytes) {

  /** Returns whether the layer did what it should. */
  public boolean ok() {
    return outOfRangeCount == 0 && largestDeviation <= allowedDeviation;
  }
}
