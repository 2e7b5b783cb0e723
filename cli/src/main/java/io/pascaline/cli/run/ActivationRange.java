// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

/**
 * How the inputs of one activation lie on a number of images, in plaintext.
 *
 * @param layer the activation, as the model calls it
 * @param range B: the activation is good on [-B, B]
 * @param largest largest magnitude of an input; NaN if one was not a number
 * @param valueCount inputs in all
 * @param outsideCount inputs outside [-B, B]
 * @param imagesOutside images with such an input
 * @param bound largest input that the compiled layer computes rightly; NaN without a plan
 * @param margin the bound over the largest input; NaN without a plan
 */
public record ActivationRange(
    String layer,
    double range,
    double largest,
    long valueCount,
    long outsideCount,
    int imagesOutside,
    double bound,
    double margin) {

  /** Share of the inputs outside [-B, B], 0 to 1. */
  public double outsideShare() {
    return (double) outsideCount / valueCount;
  }
}
