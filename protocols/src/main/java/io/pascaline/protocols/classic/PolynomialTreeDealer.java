// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;

/** The dealer's side of {@link PolynomialTree}: products of the masks of each product's factors. */
final class PolynomialTreeDealer extends ClassicDealer {
  private final TreePowers powers;
  private final int elementCount;

  PolynomialTreeDealer(PolynomialTree step, KeyedRandom p0, KeyedRandom p1) {
    super(step.layer(), step.correctionWordCount(), p0, p1);
    this.powers = TreePowers.of(step);
    this.elementCount = step.shape().elementCount();
  }

  @Override
  Dealt secrets(SessionId session, WorkSplitter splitter) {
    int maskLength = powers.maskCount() * elementCount;
    long[] masks = sharedMasks(label(session, 0, Purpose.OPENING_MASK), maskLength);
    long[] products = new long[powers.productCount() * elementCount];
    ElementParts.run(elementCount, splitter, (from, to) -> fill(masks, products, from, to));
    return new Dealt(new int[0], products);
  }

  private void fill(long[] masks, long[] products, int from, int to) {
    int plane = 0;
    for (int round = 0; round < powers.roundCount(); round++) {
      for (int k = 2; k <= powers.polynomial().degree(); k++) {
        if (powers.computes(k, round)) {
          int a = powers.maskPlane(TreePowers.left(k)) * elementCount;
          int b = powers.maskPlane(k - TreePowers.left(k)) * elementCount;
          for (int i = from; i < to; i++) {
            products[plane + i] = masks[a + i] * masks[b + i];
          }
          plane += elementCount;
        }
      }
    }
  }
}
