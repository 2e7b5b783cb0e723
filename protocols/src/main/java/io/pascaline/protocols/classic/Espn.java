// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import io.pascaline.protocols.step.StepParameters;
import java.util.Objects;

/**
 * ESPN, exponentiation of secret shared values by Pascal's triangle, in its asymmetric form. With x
 * = x0 + x1,
 *
 * <pre>
 *   x^k = x0^k + x1^k + sum over i = 1..k-1 of binom(k, i) x0^i x1^(k-i)
 *
 *   offline, per inference
 *     1   The dealer draws alpha_i from P0's key and beta_j from P1's, as these parties do, and
 *         shares, per power k, the sum of binom(k, i) alpha_i beta_(k-i).
 *   online, per inference
 *     2   P0 sends d_i = x0^i - alpha_i, P1 sends e_j = x1^j - beta_j, of truncated shares.
 *     3   Since x0^i x1^j = x0^i e_j + d_i beta_j + alpha_i beta_j, P0 takes x0^k, plus its share
 *         from 1, plus the sum of binom(k, i) x0^i e_(k-i); P1 takes x1^k, plus its share from 1,
 *         plus the sum of binom(k, i) d_i beta_(k-i).
 *     4   Party i truncates every x^k to f bits and outputs the sum of all terms, truncated.
 * </pre>
 *
 * <p>Powers of x truncated to one precision ({@code g} groups with highest powers n_1, .., n_g;
 * {@code TruncatedPowers}) share their masked powers. Rounds: 1. Online: 8 (n_1 - 1 + .. + n_g - 1)
 * bytes per element and direction. Correction: 8 bytes per element and power from 2. For a quartic
 * without cubic term: 32 and 16 bytes. Error: {@link #errorBoundUlps}. Probability of failure:
 * {@link #failureProbability}. Two parties only. Security: see the package. Source: the package's
 * paper; ours are the products of one-sided values, where the paper's code opens both factors of
 * every cross term, and the summed correction.
 *
 * @param layer the layer's id in the plan
 * @param shape of the input and of the output
 * @param polynomial of every element
 * @param fractionBits f, of input and output
 * @param inputBound what |x| does not exceed, in real units
 */
public record Espn(
    int layer, Shape shape, PolynomialBasis polynomial, int fractionBits, double inputBound)
    implements ClassicPolynomial {

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if one is out of range, or a power leaves the ring
   */
  public Espn {
    Objects.requireNonNull(shape, "shape");
    TruncatedPowers powers = new TruncatedPowers(layer, polynomial, fractionBits, inputBound);
    StepParameters.requireArrayLength(layer, 2L * shape.elementCount() * powers.topsLessOne());
    StepParameters.requireArrayLength(layer, 2L * shape.elementCount() * powers.powerCount());
  }

  @Override
  public Kind kind() {
    return Kind.ESPN;
  }

  @Override
  public String source() {
    return "ESPN (Diaa et al., USENIX Security 2024), cross terms from one-sided values";
  }

  @Override
  public int roundCount() {
    return TruncatedPowers.of(this).groupCount() == 0 ? 0 : 1;
  }

  @Override
  public int roundWordCount(int round) {
    Objects.checkIndex(round, roundCount());
    return 2 * TruncatedPowers.of(this).topsLessOne() * shape.elementCount();
  }

  @Override
  public int correctionWordCount() {
    return 2 * TruncatedPowers.of(this).powerCount() * shape.elementCount();
  }

  @Override
  public double errorBoundUlps() {
    return TruncatedPowers.of(this).errorBoundUlps();
  }

  @Override
  public double failureProbabilityPerElement() {
    return TruncatedPowers.of(this).failureProbabilityPerElement();
  }

  @Override
  public long[] plaintext(long[] input) {
    return TruncatedPowers.of(this).plaintext(input);
  }

  @Override
  public DealerStep dealer(KeyedRandom p0, KeyedRandom p1) {
    return new Dealer(this, p0, p1);
  }

  @Override
  public PartyStep party(int partyId, long epoch, KeyedRandom random) {
    return new Party(partyId, this, epoch, random);
  }

  /** Returns binom(n, 0) to binom(n, n). */
  private static long[] binomials(int n) {
    long[] row = new long[n + 1];
    row[0] = 1;
    for (int i = 1; i <= n; i++) {
      row[i] = row[i - 1] * (n - i + 1) / i;
    }
    return row;
  }

  private static final class Dealer extends DealerStep {
    private final TruncatedPowers powers;
    private final int elementCount;

    Dealer(Espn step, KeyedRandom p0, KeyedRandom p1) {
      super(step, p0, p1);
      this.powers = TruncatedPowers.of(step);
      this.elementCount = step.inputCount();
    }

    @Override
    protected void complete(SessionId session, int[] share, WorkSplitter splitter) {
      // 1. alpha of P0, beta of P1, and the sums of their products.
      MaskLabel label = label(session, 0, Purpose.ONE_SIDED_MASK);
      int count = powers.topsLessOne() * elementCount;
      long[] alpha = doubleWords(0, label, count);
      long[] beta = doubleWords(1, label, count);
      long[] sums = new long[powers.powerCount() * elementCount];
      ElementParts.run(elementCount, splitter, (from, to) -> fill(alpha, beta, sums, from, to));
      DoubleWordPlanes.subtractFrom(sums, sums.length, share, 0, sums.length);
    }

    private void fill(long[] alpha, long[] beta, long[] sums, int from, int to) {
      int groupAt = 0;
      int plane = 0;
      for (TruncatedPowers.Group group : powers.groups()) {
        for (int k : group.powers) {
          long[] binomials = binomials(k);
          for (int i = 1; i < k; i++) {
            int a = groupAt + (i - 1) * elementCount;
            int b = groupAt + (k - i - 1) * elementCount;
            for (int e = from; e < to; e++) {
              sums[plane + e] += binomials[i] * alpha[a + e] * beta[b + e];
            }
          }
          plane += elementCount;
        }
        groupAt += (group.top() - 1) * elementCount;
      }
    }
  }

  private static final class Party extends PartyStep {
    private final Espn step;
    private final TruncatedPowers powers;
    private final int elementCount;

    Party(int partyId, Espn step, long epoch, KeyedRandom random) {
      super(partyId, step, epoch, random);
      this.step = step;
      this.powers = TruncatedPowers.of(step);
      this.elementCount = step.inputCount();
    }

    @Override
    protected Material material(SessionId session, int[] share, WorkSplitter splitter) {
      // 1. This party's own masks, and its shares of the sums of their products; planes.
      int count = powers.topsLessOne() * elementCount;
      long[] masks = drawDoubleWords(session, 0, Purpose.ONE_SIDED_MASK, count);
      long[] sums = DoubleWordPlanes.join(share, 0, powers.powerCount() * elementCount);
      return input -> new Execution(((DoubleWordShare) input).doubleWords(), masks, sums);
    }

    private final class Execution extends StepExecution {
      private final long[] masks;
      private final long[] products;
      private long[] x;

      /** The peer's masked powers: e at P0, d at P1. */
      private long[] masked;

      private long[] output;

      Execution(long[] x, long[] masks, long[] products) {
        super(Party.this);
        this.x = x.clone();
        this.masks = masks;
        this.products = products;
      }

      @Override
      protected int[] firstRound() {
        // 2. Send the masked powers of this party's truncated share.
        long[] own = new long[masks.length];
        int plane = 0;
        for (TruncatedPowers.Group group : powers.groups()) {
          long unit = Truncation.unit(partyId(), group.truncatedBits);
          for (int k = 1; k < group.top(); k++, plane += elementCount) {
            for (int i = 0; i < elementCount; i++) {
              long truncated = (x[i] >> group.truncatedBits) + unit;
              long power = truncated;
              for (int j = 1; j < k; j++) {
                power *= truncated;
              }
              own[plane + i] = power - masks[plane + i];
            }
          }
        }
        return DoubleWordPlanes.split(own);
      }

      @Override
      protected int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
        masked = DoubleWordPlanes.join(fromPeer, 0, masks.length);
        evaluate(splitter);
        return null;
      }

      @Override
      protected Share finish() {
        if (output == null) { // A linear polynomial has no round.
          evaluate(WorkSplitter.sequential());
        }
        return DoubleWordShare.of(step.shape, output);
      }

      private void evaluate(WorkSplitter splitter) {
        output = powers.evaluate(partyId(), x, this::addPowers, splitter);
        x = null;
        masked = null;
      }

      /** 3. and 4., but for the last truncation. */
      private void addPowers(long[] sums, int at, int count) {
        long[][] own = new long[powers.polynomial().degree() + 1][count];
        long[] share = new long[count];
        int groupAt = at;
        int product = at;
        for (TruncatedPowers.Group group : powers.groups()) {
          fillPowers(own, group, at, count);
          for (int k : group.powers) {
            for (int i = 0; i < count; i++) {
              share[i] = own[k][i] + products[product + i];
            }
            addCrossTerms(k, own, groupAt, share, count);
            powers.addTerm(partyId(), k, group, share, sums, count);
            product += elementCount;
          }
          groupAt += (group.top() - 1) * elementCount;
        }
      }

      private void fillPowers(long[][] own, TruncatedPowers.Group group, int at, int count) {
        long unit = Truncation.unit(partyId(), group.truncatedBits);
        for (int i = 0; i < count; i++) {
          own[1][i] = (x[at + i] >> group.truncatedBits) + unit;
        }
        for (int k = 2; k <= group.top(); k++) {
          for (int i = 0; i < count; i++) {
            own[k][i] = own[k - 1][i] * own[1][i];
          }
        }
      }

      /** P0 multiplies e_(k-i) by its power x0^i; P1 multiplies d_(k-i) by its mask beta_i. */
      private void addCrossTerms(int k, long[][] own, int groupAt, long[] share, int count) {
        long[] binomials = binomials(k);
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
              share[e] += binomial * masks[mask + e] * masked[peer + e];
            }
          }
        }
      }
    }
  }
}
