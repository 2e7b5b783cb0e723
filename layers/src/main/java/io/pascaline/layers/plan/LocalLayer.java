// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.share.Share;

/** A layer without a message: each party applies it to its own share. */
public sealed interface LocalLayer extends PlanLayer permits ExactLocalLayer, ClassicMeanPoolLayer {

  /**
   * Applies the layer to a party's shares.
   *
   * @param partyId 0 or 1
   * @param inputs shares of each input, in the order of {@link #inputs()}; not written
   * @return a new share, in the same ring
   * @throws IllegalArgumentException if the number of inputs or a length is wrong
   */
  Share apply(int partyId, Share... inputs);
}
