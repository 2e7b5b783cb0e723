// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.Sessions;

/**
 * The dealer's side of a {@link FusedActivation}: shares the secret terms of both readings of the
 * mask, whatever the mask is. Thread-safe.
 */
public final class FusedActivationDealer implements DealerStep {
  private static final int BLOCK_ELEMENTS = 512;

  private final FusedActivation activation;
  private final KeyedRandom[] randoms;

  /**
   * Creates the dealer's side for one epoch.
   *
   * @param p0 drawn from the key shared with P0
   * @param p1 drawn from the key shared with P1
   */
  public FusedActivationDealer(FusedActivation activation, KeyedRandom p0, KeyedRandom p1) {
    this.activation = activation;
    this.randoms = new KeyedRandom[] {p0, p1};
  }

  @Override
  public int layer() {
    return activation.layer();
  }

  @Override
  public int correctionWordCount() {
    return activation.correctionWordCount();
  }

  @Override
  public int[] deal(SessionId session, WorkSplitter splitter) {
    Sessions.checkInference(session, session.epoch());
    int elementCount = activation.shape().elementCount();
    int[] mask = new int[elementCount];
    int[] mask1 = new int[elementCount];
    randoms[0].fill(activation.label(session, Purpose.ACTIVATION_MASK), mask, splitter);
    randoms[1].fill(activation.label(session, Purpose.ACTIVATION_MASK), mask1, splitter);
    Words.add(mask, mask1);
    // Starts as the other party's half; every double word is then replaced by the term less it.
    int[] planes = new int[activation.correctionWordCount()];
    KeyedRandom other = randoms[1 - receiver(session)];
    other.fill(activation.label(session, Purpose.POWER_SHARE), planes, splitter);
    ElementParts.run(elementCount, splitter, (from, to) -> dealPart(mask, planes, from, to));
    return planes;
  }

  private void dealPart(int[] mask, int[] planes, int from, int to) {
    ActivationBasis basis = activation.basis();
    double unit = activation.scales().inputUnit();
    double[] r = new double[BLOCK_ELEMENTS];
    double[] terms = new double[BLOCK_ELEMENTS];
    long[] encoded = new long[BLOCK_ELEMENTS];
    for (int at = from; at < to; at += BLOCK_ELEMENTS) {
      int count = Math.min(BLOCK_ELEMENTS, to - at);
      for (int reading = 0; reading < FusedActivation.READINGS; reading++) {
        // r - 2^31 for an unsigned r is r with its top bit turned, read as signed.
        int turned = reading == 0 ? Integer.MIN_VALUE : 0;
        for (int i = 0; i < count; i++) {
          r[i] = (mask[at + i] ^ turned) * unit;
        }
        for (int term = 1; term <= basis.termCount(); term++) {
          basis.secretTerms(term, r, terms, count);
          FixedPoint.encode(
              terms,
              activation.scales().termScale(term),
              activation.scales().wideTerm(term),
              encoded,
              count);
          subtractFrom(encoded, planes, activation.planeOffset(reading, term) + at, count);
        }
      }
    }
  }

  private void subtractFrom(long[] encoded, int[] planes, int low, int count) {
    int high = low + activation.shape().elementCount();
    for (int i = 0; i < count; i++) {
      long drawn = ((long) planes[high + i] << 32) | (planes[low + i] & 0xFFFFFFFFL);
      long difference = encoded[i] - drawn;
      planes[low + i] = (int) difference;
      planes[high + i] = (int) (difference >>> 32);
    }
  }

  @Override
  public String toString() {
    return "FusedActivationDealer[" + activation + "]";
  }
}
