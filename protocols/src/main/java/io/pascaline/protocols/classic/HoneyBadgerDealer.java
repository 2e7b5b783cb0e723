// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;

/** The dealer's side of {@link HoneyBadger}: shares of r^2 to r^n for every group. */
final class HoneyBadgerDealer extends ClassicDealer {
  private final CutPowers powers;
  private final int elementCount;

  HoneyBadgerDealer(HoneyBadger step, KeyedRandom p0, KeyedRandom p1) {
    super(step.layer(), step.correctionWordCount(), p0, p1);
    this.powers = CutPowers.of(step);
    this.elementCount = step.shape().elementCount();
  }

  @Override
  Dealt secrets(SessionId session, WorkSplitter splitter) {
    long[] masks =
        sharedMasks(label(session, 0, Purpose.OPENING_MASK), powers.groupCount() * elementCount);
    long[] secrets = new long[powers.topsLessOne() * elementCount];
    ElementParts.run(elementCount, splitter, (from, to) -> fill(masks, secrets, from, to));
    return new Dealt(new int[0], secrets);
  }

  private void fill(long[] masks, long[] secrets, int from, int to) {
    int plane = 0;
    for (int g = 0; g < powers.groupCount(); g++) {
      int mask = g * elementCount;
      int top = powers.groups().get(g).top();
      for (int k = 2; k <= top; k++, plane += elementCount) {
        for (int i = from; i < to; i++) {
          long lower = k == 2 ? masks[mask + i] : secrets[plane - elementCount + i];
          secrets[plane + i] = lower * masks[mask + i];
        }
      }
    }
  }
}
