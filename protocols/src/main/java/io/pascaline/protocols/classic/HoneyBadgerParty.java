// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.step.StepExecution;
import java.util.Arrays;

/** One party's side of {@link HoneyBadger}. */
final class HoneyBadgerParty extends ActivationParty<HoneyBadgerParty.Powers> {
  private final HoneyBadger step;
  private final CutPowers powers;
  private final int elementCount;

  HoneyBadgerParty(int partyId, HoneyBadger step, long epoch, KeyedRandom random) {
    super(partyId, step, 0, epoch, random);
    this.step = step;
    this.powers = CutPowers.of(step);
    this.elementCount = step.shape().elementCount();
  }

  /** This party's shares of r and of its higher powers, one plane each, by group. */
  static final class Powers {
    final long[] masks;
    final long[] higher;

    Powers(long[] masks, long[] higher) {
      this.masks = masks;
      this.higher = higher;
    }
  }

  @Override
  Powers material(SessionId session, Dealt half, WorkSplitter splitter) {
    int count = powers.groupCount() * elementCount;
    return new Powers(draw(session, 0, Purpose.OPENING_MASK, count), half.doubleWords);
  }

  @Override
  StepExecution execution(DoubleWordShare input, Powers material) {
    return new Execution(input.doubleWords(), material);
  }

  private final class Execution extends PolynomialExecution {
    private final Powers shares;

    Execution(long[] input, Powers shares) {
      super(HoneyBadgerParty.this, step.shape(), powers, input, powers.groupCount());
      this.shares = shares;
    }

    @Override
    void mask(long[] input, long[] masked) {
      for (int g = 0; g < powers.groupCount(); g++) {
        int bits = powers.groups().get(g).cutBits;
        long unit = Truncation.unit(partyId(), bits);
        int at = g * elementCount;
        for (int i = 0; i < elementCount; i++) {
          masked[at + i] = (input[i] >> bits) + unit - shares.masks[at + i];
        }
      }
    }

    /** Returns the peer's half and the own one make c. */
    @Override
    long combine(long own, long fromPeer) {
      return own + fromPeer;
    }

    @Override
    void addPowers(long[] x, long[] c, int at, int count, long[] sums) {
      int plane = 0;
      long[][] row = new long[powers.polynomial().degree() + 1][count];
      for (int g = 0; g < powers.groupCount(); g++) {
        CutPowers.Group group = powers.groups().get(g);
        int opened = g * elementCount + at;
        Arrays.fill(row[0], partyId() == 0 ? 1 : 0);
        System.arraycopy(shares.masks, opened, row[1], 0, count);
        for (int j = 2; j <= group.top(); j++, plane += elementCount) {
          System.arraycopy(shares.higher, plane + at, row[j], 0, count);
        }
        for (int k = 1; k <= group.top(); k++) {
          for (int j = 0; j <= group.top() - k; j++) {
            step(row[j], row[j + 1], c, opened, count);
          }
          addTruncated(k, group, row[0], sums, count);
        }
      }
    }

    /** T(k, j) takes the place of T(k-1, j), which nothing reads any more. */
    private void step(long[] target, long[] next, long[] c, int opened, int count) {
      for (int i = 0; i < count; i++) {
        target[i] = next[i] + c[opened + i] * target[i];
      }
    }
  }
}
