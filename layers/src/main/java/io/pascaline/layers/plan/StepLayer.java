// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.DealerStep;

/** A layer whose protocol opens masked tensors, whichever suite it belongs to. */
public sealed interface StepLayer extends PlanLayer permits WeightedLayer, FunctionLayer {

  /**
   * Returns whether the layer needs neither messages nor correlations as it is: each party applies
   * it to its own share. Its step must not be asked for then.
   */
  default boolean isCommunicationFree() {
    return false;
  }

  /**
   * Returns the dealer's side for one epoch.
   *
   * @param receiver who is sent the corrections of the plan's steps
   * @param p0 drawn from the key shared with P0
   * @param p1 drawn from the key shared with P1
   * @param kernel of linear maps on words
   */
  DealerStep dealerStep(
      CorrectionReceiver receiver, long epoch, KeyedRandom p0, KeyedRandom p1, LinearKernel kernel);
}
