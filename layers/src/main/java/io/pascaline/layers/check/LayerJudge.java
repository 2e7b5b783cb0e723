// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.check;

import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.share.Share;

/** Holds a layer's reconstructed output against its meaning at the actual input. */
interface LayerJudge {

  /**
   * Judges one layer.
   *
   * @param inputs shares of P0 and P1, by input
   * @param outputs shares of P0 and P1
   */
  Verdict judge(PlanLayer layer, Share[][] inputs, Share[] outputs);

  /**
   * What was found, in units of the output's last place.
   *
   * @param outOfRangeCount input elements beyond the layer's bound
   * @param largestDeviation from the layer's meaning
   * @param allowedDeviation the layer's own bound
   */
  record Verdict(int outOfRangeCount, double largestDeviation, double allowedDeviation) {}
}
