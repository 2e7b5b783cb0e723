// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import io.pascaline.protocols.step.StepParameters;
import java.util.Arrays;
import java.util.Objects;

/**
 * HoneyBadger powers: powers of a mask are dealt, and one opening gives all powers of x.
 *
 * <pre>
 *   offline, per inference
 *     1   The dealer draws r and shares r^2, .., r^n; party i draws its share r_i.
 *   online, per inference
 *     2   Party i truncates x_i locally and sends x_i - r_i; both open c = x - r.
 *     3   Party i sets T(0, j) = [r^j]_i and computes T(k, j) = T(k-1, j+1) + c T(k-1, j), which
 *         shares x^k r^j; so [x^k]_i = T(k, 0).
 *     4   Party i truncates every x^k to f bits and outputs the sum of all terms, truncated.
 * </pre>
 *
 * <p>One opening, with a mask of its own, serves all powers of x truncated to one precision ({@code
 * g} groups with highest powers n_1, .., n_g; {@code TruncatedPowers}).
 *
 * <p>Rounds: 1. Online: 8 g bytes per element and direction. Correction: 8 (n_1 - 1 + .. + n_g - 1)
 * bytes per element; shares of r itself are drawn. For a quartic without cubic term: 16 and 32
 * bytes. Error: {@link #errorBoundUlps}. Probability of failure: {@link #failureProbability}.
 * Security: see the package. Source: D. Lu, T. Yurek, S. Kulshreshtha, R. Govind, A. Kate and A.
 * Miller, "HoneyBadgerMPC and AsynchroMix", CCS 2019, section 4; for activations the package's
 * paper.
 *
 * @param layer the layer's id in the plan
 * @param shape of the input and of the output
 * @param polynomial of every element
 * @param fractionBits f, of input and output
 * @param inputBound what |x| does not exceed, in real units
 */
public record HoneyBadger(
    int layer, Shape shape, PolynomialBasis polynomial, int fractionBits, double inputBound)
    implements ClassicPolynomial {

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if one is out of range, or a power leaves the ring
   */
  public HoneyBadger {
    Objects.requireNonNull(shape, "shape");
    TruncatedPowers powers = new TruncatedPowers(layer, polynomial, fractionBits, inputBound);
    StepParameters.requireArrayLength(layer, 2L * shape.elementCount() * powers.topsLessOne());
    StepParameters.requireArrayLength(layer, 2L * shape.elementCount() * powers.groupCount());
  }

  @Override
  public Kind kind() {
    return Kind.HONEY_BADGER;
  }

  @Override
  public String source() {
    return "HoneyBadgerMPC powers (Lu et al., CCS 2019; Diaa et al., USENIX Security 2024)";
  }

  @Override
  public int roundCount() {
    return TruncatedPowers.of(this).groupCount() == 0 ? 0 : 1;
  }

  @Override
  public int roundWordCount(int round) {
    Objects.checkIndex(round, roundCount());
    return 2 * TruncatedPowers.of(this).groupCount() * shape.elementCount();
  }

  @Override
  public int correctionWordCount() {
    return 2 * TruncatedPowers.of(this).topsLessOne() * shape.elementCount();
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

  private static final class Dealer extends DealerStep {
    private final TruncatedPowers powers;
    private final int elementCount;

    Dealer(HoneyBadger step, KeyedRandom p0, KeyedRandom p1) {
      super(step, p0, p1);
      this.powers = TruncatedPowers.of(step);
      this.elementCount = step.inputCount();
    }

    @Override
    protected void complete(SessionId session, int[] share, WorkSplitter splitter) {
      // 1. r^2, .., r^n for every group.
      int count = powers.groupCount() * elementCount;
      long[] masks = sharedDoubleWords(label(session, 0, Purpose.OPENING_MASK), count);
      long[] higher = new long[powers.topsLessOne() * elementCount];
      ElementParts.run(elementCount, splitter, (from, to) -> fill(masks, higher, from, to));
      DoubleWordPlanes.subtractFrom(higher, higher.length, share, 0, higher.length);
    }

    private void fill(long[] masks, long[] higher, int from, int to) {
      int plane = 0;
      for (int g = 0; g < powers.groupCount(); g++) {
        int mask = g * elementCount;
        int top = powers.groups().get(g).top();
        for (int k = 2; k <= top; k++, plane += elementCount) {
          for (int i = from; i < to; i++) {
            long lower = k == 2 ? masks[mask + i] : higher[plane - elementCount + i];
            higher[plane + i] = lower * masks[mask + i];
          }
        }
      }
    }
  }

  private static final class Party extends PartyStep {
    private final HoneyBadger step;
    private final TruncatedPowers powers;
    private final int elementCount;

    Party(int partyId, HoneyBadger step, long epoch, KeyedRandom random) {
      super(partyId, step, epoch, random);
      this.step = step;
      this.powers = TruncatedPowers.of(step);
      this.elementCount = step.inputCount();
    }

    @Override
    protected Material material(SessionId session, int[] share, WorkSplitter splitter) {
      // 1. This party's shares of r, drawn, and of r^2, .., r^n; one plane each, by group.
      int count = powers.groupCount() * elementCount;
      long[] masks = drawDoubleWords(session, 0, Purpose.OPENING_MASK, count);
      long[] higher = DoubleWordPlanes.join(share, 0, powers.topsLessOne() * elementCount);
      return input -> new Execution(((DoubleWordShare) input).doubleWords(), masks, higher);
    }

    private final class Execution extends StepExecution {
      private final long[] masks;
      private final long[] higher;
      private long[] x;

      /** This party's masked input by group, then what the round opened. */
      private long[] c;

      private long[] output;

      Execution(long[] x, long[] masks, long[] higher) {
        super(Party.this);
        this.x = x.clone();
        this.masks = masks;
        this.higher = higher;
      }

      @Override
      protected int[] firstRound() {
        // 2. Truncate x_i to the precision of each group and send it less r_i.
        c = new long[masks.length];
        for (int g = 0; g < powers.groupCount(); g++) {
          int bits = powers.groups().get(g).truncatedBits;
          long unit = Truncation.unit(partyId(), bits);
          int at = g * elementCount;
          for (int i = 0; i < elementCount; i++) {
            c[at + i] = (x[i] >> bits) + unit - masks[at + i];
          }
        }
        return DoubleWordPlanes.split(c);
      }

      @Override
      protected int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
        // 2. c = x - r.
        DoubleWordPlanes.joinAndAdd(fromPeer, 0, c);
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
        c = null;
      }

      /** 3. and 4., but for the last truncation. */
      private void addPowers(long[] sums, int at, int count) {
        int plane = 0;
        long[][] row = new long[powers.polynomial().degree() + 1][count];
        for (int g = 0; g < powers.groupCount(); g++) {
          TruncatedPowers.Group group = powers.groups().get(g);
          int opened = g * elementCount + at;
          // T(0, j) = r^j.
          Arrays.fill(row[0], partyId() == 0 ? 1 : 0);
          System.arraycopy(masks, opened, row[1], 0, count);
          for (int j = 2; j <= group.top(); j++, plane += elementCount) {
            System.arraycopy(higher, plane + at, row[j], 0, count);
          }
          // T(k, j) takes the place of T(k-1, j), which nothing reads any more.
          for (int k = 1; k <= group.top(); k++) {
            for (int j = 0; j <= group.top() - k; j++) {
              long[] next = row[j + 1];
              long[] target = row[j];
              for (int i = 0; i < count; i++) {
                target[i] = next[i] + c[opened + i] * target[i];
              }
            }
            powers.addTerm(partyId(), k, group, row[0], sums, count);
          }
        }
      }
    }
  }
}
