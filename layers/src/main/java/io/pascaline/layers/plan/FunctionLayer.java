// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.PartyStep;

/** A public function: an activation, a rescale or a comparison. */
public sealed interface FunctionLayer extends StepLayer
    permits FusedFunctionLayer, ClassicActivationLayer {

  /** Returns a party's side for one epoch. */
  PartyStep partyStep(int partyId, long epoch, KeyedRandom random);

  /**
   * Returns what the step reads, made locally from the layer's input.
   *
   * @param input not written; may be what is returned
   */
  Share stepInput(Share input);
}
