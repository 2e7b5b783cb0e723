// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.step.StepExecution;

/** One party's side of {@link Espn}. */
final class EspnParty extends ActivationParty<EspnParty.Masks> {
  private final Espn step;
  private final CutPowers powers;
  private final int elementCount;

  EspnParty(int partyId, Espn step, long epoch, KeyedRandom random) {
    super(partyId, step, 0, epoch, random);
    this.step = step;
    this.powers = CutPowers.of(step);
    this.elementCount = step.shape().elementCount();
  }

  /** This party's own masks, and its shares of the sums of their products; planes. */
  static final class Masks {
    final long[] own;
    final long[] products;

    Masks(long[] own, long[] products) {
      this.own = own;
      this.products = products;
    }
  }

  @Override
  Masks material(SessionId session, Dealt half, WorkSplitter splitter) {
    int count = powers.topsLessOne() * elementCount;
    return new Masks(draw(session, 0, Purpose.ONE_SIDED_MASK, count), half.doubleWords);
  }

  @Override
  StepExecution execution(DoubleWordShare input, Masks material) {
    return new Execution(input.doubleWords(), material);
  }

  private final class Execution extends PolynomialExecution {
    private final Masks masks;

    Execution(long[] input, Masks masks) {
      super(EspnParty.this, step.shape(), powers, input, powers.topsLessOne());
      this.masks = masks;
    }

    @Override
    void mask(long[] input, long[] masked) {
      int plane = 0;
      for (CutPowers.Group group : powers.groups()) {
        long unit = Truncation.unit(partyId(), group.cutBits);
        for (int k = 1; k < group.top(); k++, plane += elementCount) {
          for (int i = 0; i < elementCount; i++) {
            long cut = (input[i] >> group.cutBits) + unit;
            long power = cut;
            for (int j = 1; j < k; j++) {
              power *= cut;
            }
            masked[plane + i] = power - masks.own[plane + i];
          }
        }
      }
    }

    /** Only what the peer has masked is needed. */
    @Override
    long combine(long own, long fromPeer) {
      return fromPeer;
    }

    @Override
    void addPowers(long[] x, long[] masked, int at, int count, long[] sums) {
      long[][] own = new long[powers.polynomial().degree() + 1][count];
      long[] share = new long[count];
      int groupAt = at;
      int product = at;
      for (CutPowers.Group group : powers.groups()) {
        fillPowers(x, own, group, at, count);
        for (int k : group.powers) {
          for (int i = 0; i < count; i++) {
            share[i] = own[k][i] + masks.products[product + i];
          }
          addCrossTerms(k, own, masked, groupAt, share, count);
          addTruncated(k, group, share, sums, count);
          product += elementCount;
        }
        groupAt += (group.top() - 1) * elementCount;
      }
    }

    private void fillPowers(long[] x, long[][] own, CutPowers.Group group, int at, int count) {
      long unit = Truncation.unit(partyId(), group.cutBits);
      for (int i = 0; i < count; i++) {
        own[1][i] = (x[at + i] >> group.cutBits) + unit;
      }
      for (int k = 2; k <= group.top(); k++) {
        for (int i = 0; i < count; i++) {
          own[k][i] = own[k - 1][i] * own[1][i];
        }
      }
    }

    /** P0 multiplies e_(k-i) by its power x0^i; P1 multiplies d_(k-i) by its mask beta_i. */
    private void addCrossTerms(
        int k, long[][] own, long[] masked, int groupAt, long[] share, int count) {
      long[] binomials = Binomials.row(k);
      for (int i = 1; i < k; i++) {
        int peer = groupAt + (k - i - 1) * elementCount;
        int mask = groupAt + (i - 1) * elementCount;
        long binomial = binomials[i];
        if (partyId() == 0) {
          for (int e = 0; e < count; e++) {
            share[e] += binomial * own[i][e] * masked[peer + e];
          }
        } else {
          for (int e = 0; e < count; e++) {
            share[e] += binomial * masks.own[mask + e] * masked[peer + e];
          }
        }
      }
    }
  }
}
