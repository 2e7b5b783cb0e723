// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;

/**
 * The dealer's side of {@link Espn}: per power, the sum of the products of the two sides' masks.
 */
final class EspnDealer extends ClassicDealer {
  private final CutPowers powers;
  private final int elementCount;

  EspnDealer(Espn step, KeyedRandom p0, KeyedRandom p1) {
    super(step.layer(), step.correctionWordCount(), p0, p1);
    this.powers = CutPowers.of(step);
    this.elementCount = step.shape().elementCount();
  }

  @Override
  Dealt secrets(SessionId session, WorkSplitter splitter) {
    MaskLabel label = label(session, 0, Purpose.ONE_SIDED_MASK);
    long[] alpha = new long[powers.topsLessOne() * elementCount];
    long[] beta = new long[alpha.length];
    randoms[0].fill(label, alpha);
    randoms[1].fill(label, beta);
    long[] secrets = new long[powers.powerCount() * elementCount];
    ElementParts.run(elementCount, splitter, (from, to) -> fill(alpha, beta, secrets, from, to));
    return new Dealt(new int[0], secrets);
  }

  private void fill(long[] alpha, long[] beta, long[] secrets, int from, int to) {
    int groupAt = 0;
    int plane = 0;
    for (CutPowers.Group group : powers.groups()) {
      for (int k : group.powers) {
        long[] binomials = Binomials.row(k);
        for (int i = 1; i < k; i++) {
          int a = groupAt + (i - 1) * elementCount;
          int b = groupAt + (k - i - 1) * elementCount;
          for (int e = from; e < to; e++) {
            secrets[plane + e] += binomials[i] * alpha[a + e] * beta[b + e];
          }
        }
        plane += elementCount;
      }
      groupAt += (group.top() - 1) * elementCount;
    }
  }
}
