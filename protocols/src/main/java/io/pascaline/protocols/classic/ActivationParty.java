// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.random.KeyedRandom;

/**
 * One party's side of an activation step for one epoch: what its public parameters say of the
 * rounds holds for either party. Thread-safe.
 *
 * @param <M> what a correlation of the step holds
 */
abstract class ActivationParty<M> extends ClassicParty<M> {
  private final ClassicActivation activation;

  /**
   * Creates the party's side.
   *
   * @param bitWordCount words of a correction that are shared by exclusive or
   */
  ActivationParty(
      int partyId, ClassicActivation activation, int bitWordCount, long epoch, KeyedRandom random) {
    super(
        partyId,
        activation.layer(),
        activation.inputShape().elementCount(),
        activation.correctionWordCount(),
        bitWordCount,
        epoch,
        random);
    this.activation = activation;
  }

  @Override
  public final int roundCount() {
    return activation.roundCount();
  }

  @Override
  public final int roundWordCount(int round) {
    return activation.roundWordCount(round);
  }
}
