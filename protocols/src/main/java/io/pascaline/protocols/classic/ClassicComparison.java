// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepParameters;

/**
 * An activation made of stages of exact comparisons ({@link SignProduct}), {@value
 * SignProduct#ROUNDS} rounds each. Exact on every input: no error, no failure.
 */
public sealed interface ClassicComparison extends ClassicActivation
    permits ExactRelu, ExactMaxPool {
  /** Returns the number of stages. */
  int stageCount();

  /** Returns the elements that a stage compares with zero. */
  int comparisonCount(int stage);

  @Override
  default int roundCount() {
    return stageCount() * SignProduct.ROUNDS;
  }

  @Override
  default int roundWordCount(int round) {
    int stage = round / SignProduct.ROUNDS;
    return new SignProduct(comparisonCount(stage)).roundWordCount(round % SignProduct.ROUNDS);
  }

  @Override
  default int correctionWordCount() {
    long bits = 0;
    long doubleWords = 0;
    for (int stage = 0; stage < stageCount(); stage++) {
      SignProduct product = new SignProduct(comparisonCount(stage));
      bits += product.bitWordCount();
      doubleWords += product.doubleWordCount();
    }
    return StepParameters.requireArrayLength(layer(), bits + 2 * doubleWords);
  }

  @Override
  default double errorBoundUlps() {
    return 0;
  }

  @Override
  default double failureProbabilityPerElement() {
    return 0;
  }

  @Override
  default DealerStep dealer(KeyedRandom p0, KeyedRandom p1) {
    return new SignProduct.Dealer(this, p0, p1);
  }

  @Override
  default PartyStep party(int partyId, long epoch, KeyedRandom random) {
    return new SignProduct.Party(partyId, this, epoch, random);
  }

  /** Returns what is local between the stages. */
  Reduction reduction();

  /** The local part of comparisons in stages: linear in the values, so that it works on shares. */
  interface Reduction {
    /** Returns the values before stage 0, in a new array. */
    long[] begin(long[] input);

    /** Returns what a stage compares with zero, in a new array. */
    long[] compared(int stage, long[] values);

    /**
     * Returns the values after a stage, in a new array or in {@code positives}.
     *
     * @param positives max(0, d) of what was compared
     */
    long[] next(int stage, long[] values, long[] positives);
  }
}
