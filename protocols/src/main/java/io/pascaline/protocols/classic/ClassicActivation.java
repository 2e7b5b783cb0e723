// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.Ring;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepParameters;

/**
 * Public parameters of an activation step in Z_2^64, its costs, and the sides of it.
 * Implementations are immutable and thread-safe.
 */
public sealed interface ClassicActivation extends StepParameters
    permits ClassicPolynomial, ClassicComparison {
  /** Returns the shape of the input. */
  Shape inputShape();

  /** Returns the shape of the output. */
  Shape outputShape();

  /** Returns who published the protocol. */
  String source();

  @Override
  default Ring ring() {
    return Ring.DOUBLE_WORDS;
  }

  @Override
  default int inputCount() {
    return inputShape().elementCount();
  }

  @Override
  default Purpose correctionPurpose() {
    return Purpose.CORRELATION_SHARE;
  }

  /** Returns the bytes that each party sends in all rounds, payload only. */
  default long onlineBytesPerDirection() {
    return onlineWordCount(0) * Integer.BYTES;
  }

  /** Returns {@link #onlineBytesPerDirection} per element of the output. */
  default double onlineBytesPerElement() {
    return (double) onlineBytesPerDirection() / outputShape().elementCount();
  }

  /** Returns the bytes of a correction per element of the output. */
  default double correctionBytesPerElement() {
    return (double) correctionWordCount() * Integer.BYTES / outputShape().elementCount();
  }

  /**
   * Returns an upper bound of the distance from the function of the real numbers, in units of the
   * output's last place, unless a share wraps.
   */
  double errorBoundUlps();

  /**
   * Returns the probability, at most, that a share of one element of the output wraps in a local
   * truncation, which makes that element wrong. Each party's input share must be uniform, or short
   * from a truncation of its own.
   */
  double failureProbabilityPerElement();

  /** Returns the probability, at most, that any element of the output is wrong. */
  default double failureProbability() {
    return Math.min(1, outputShape().elementCount() * failureProbabilityPerElement());
  }

  /**
   * Returns the step's function in plaintext: what a run computes, but for the rounding of its
   * truncations. {@code input} is read, not kept.
   */
  long[] plaintext(long[] input);

  /**
   * Returns the dealer's side for one epoch.
   *
   * @param p0 drawn from the key shared with P0
   * @param p1 drawn from the key shared with P1
   */
  DealerStep dealer(KeyedRandom p0, KeyedRandom p1);

  /**
   * Returns a party's side for one epoch.
   *
   * @param partyId 0 or 1
   * @param random drawn from the key shared with the dealer
   */
  PartyStep party(int partyId, long epoch, KeyedRandom random);
}
