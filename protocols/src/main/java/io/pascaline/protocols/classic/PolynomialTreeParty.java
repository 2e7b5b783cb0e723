// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.step.StepExecution;
import java.util.Arrays;

/** One party's side of {@link PolynomialTree}. */
final class PolynomialTreeParty extends ActivationParty<PolynomialTreeParty.Products> {
  private final PolynomialTree step;
  private final TreePowers powers;
  private final int elementCount;

  PolynomialTreeParty(int partyId, PolynomialTree step, long epoch, KeyedRandom random) {
    super(partyId, step, 0, epoch, random);
    this.step = step;
    this.powers = TreePowers.of(step);
    this.elementCount = step.shape().elementCount();
  }

  /** This party's shares of the masks and of their products; planes. */
  static final class Products {
    final long[] masks;
    final long[] products;

    Products(long[] masks, long[] products) {
      this.masks = masks;
      this.products = products;
    }
  }

  @Override
  Products material(SessionId session, Dealt half, WorkSplitter splitter) {
    int count = powers.maskCount() * elementCount;
    return new Products(draw(session, 0, Purpose.OPENING_MASK, count), half.doubleWords);
  }

  @Override
  StepExecution execution(DoubleWordShare input, Products material) {
    return new Execution(input.doubleWords(), material);
  }

  private final class Execution extends RoundsExecution {
    private final Products shares;

    /** This party's shares by power; entry 1 is the input. */
    private final long[][] known = new long[powers.polynomial().degree() + 1][];

    /** Opened masked powers; this party's half until the peer's has come. */
    private final long[][] opened = new long[known.length][];

    private int productAt;

    Execution(long[] input, Products shares) {
      super(PolynomialTreeParty.this);
      this.known[1] = input.clone();
      this.shares = shares;
    }

    @Override
    int[] firstRound() {
      return openings(0);
    }

    private int[] openings(int round) {
      if (round == powers.roundCount()) {
        return new int[0];
      }
      int[] words = new int[step.roundWordCount(round)];
      int at = 0;
      for (int k = 1; k < known.length; k++) {
        if (powers.opens(k, round)) {
          int mask = powers.maskPlane(k) * elementCount;
          opened[k] = new long[elementCount];
          for (int i = 0; i < elementCount; i++) {
            opened[k][i] = known[k][i] - shares.masks[mask + i];
          }
          DoubleWordPlanes.split(opened[k], words, at);
          at += 2 * elementCount;
        }
      }
      return words;
    }

    @Override
    int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
      int at = 0;
      for (int k = 1; k < known.length; k++) {
        if (powers.opens(k, round)) {
          DoubleWordPlanes.joinAndAdd(fromPeer, at, opened[k]);
          at += 2 * elementCount;
        }
      }
      for (int k = 2; k < known.length; k++) {
        if (powers.computes(k, round)) {
          multiply(k, splitter);
        }
      }
      return round + 1 == powers.roundCount() ? null : openings(round + 1);
    }

    private void multiply(int k, WorkSplitter splitter) {
      long[] d = opened[TreePowers.left(k)];
      long[] e = opened[k - TreePowers.left(k)];
      int a = powers.maskPlane(TreePowers.left(k)) * elementCount;
      int b = powers.maskPlane(k - TreePowers.left(k)) * elementCount;
      int product = productAt;
      productAt += elementCount;
      int bits = step.fractionBits();
      long unit = Truncation.unit(partyId(), bits);
      long own = partyId() == 0 ? 1 : 0;
      long[] power = new long[elementCount];
      ElementParts.run(
          elementCount,
          splitter,
          (from, to) -> {
            for (int i = from; i < to; i++) {
              long share =
                  shares.products[product + i]
                      + d[i] * shares.masks[b + i]
                      + e[i] * shares.masks[a + i]
                      + own * d[i] * e[i];
              power[i] = (share >> bits) + unit;
            }
          });
      known[k] = power;
    }

    @Override
    DoubleWordShare finish() {
      FixedPolynomial polynomial = powers.polynomial();
      long[] sums = new long[elementCount];
      Arrays.fill(sums, partyId() == 0 ? polynomial.constant() : 0);
      for (int k = 1; k < known.length; k++) {
        if (polynomial.uses(k)) {
          long coefficient = polynomial.coefficient(k);
          for (int i = 0; i < elementCount; i++) {
            sums[i] += coefficient * known[k][i];
          }
        }
      }
      Truncation.truncate(partyId(), sums, step.fractionBits());
      return DoubleWordShare.of(step.shape(), sums);
    }
  }
}
