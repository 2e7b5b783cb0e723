// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.PartyStep;

/** A step without weights: an activation, a rescale, a comparison or a product. */
public sealed interface FunctionLayer extends StepLayer
    permits FusedFunctionLayer, FusedProductLayer, ClassicActivationLayer {

  /**
   * Returns a party's side for one epoch.
   *
   * @param receiver who is sent the corrections of the plan's steps
   */
  PartyStep partyStep(int partyId, CorrectionReceiver receiver, long epoch, KeyedRandom random);

  /**
   * Returns what the step reads, made locally from the layer's inputs.
   *
   * @param inputs one for each producer; not written; the first may be what is returned
   */
  Share stepInput(Share... inputs);
}
