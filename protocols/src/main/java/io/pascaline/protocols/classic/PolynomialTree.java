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
 * Powers by a tree of Beaver products: x^2, then x^3 and x^4, then x^5 to x^8, each truncated to f
 * bits locally.
 *
 * <pre>
 *   offline, per inference
 *     1   The dealer draws a mask of every factor and shares a b for every product u v, with the
 *         masks a of u and b of v.
 *   online, per inference; 2 and 3 once per level of the tree
 *     2   Party i sends its share of every new factor less its share of the mask; both open d = u -
 *         a and e = v - b.
 *     3   Party i computes [u v]_i = [a b]_i + d b_i + e a_i (P0: + d e) and truncates it.
 *     4   Party i outputs the sum of all terms, truncated.
 * </pre>
 *
 * <p>A power keeps its mask, so that it is opened once however many products it enters. Powers that
 * neither the polynomial nor the tree needs are left out.
 *
 * <p>Rounds: ceil(log2 n). Online: 8 bytes per element, direction and power that is a factor.
 * Correction: 8 bytes per element and product. For a quartic without cubic term: 16 bytes each, for
 * one with it 16 and 24. Error: {@link #errorBoundUlps}. Probability of failure: {@link
 * #failureProbability}. Security: see the package. Source: D. Beaver, "Efficient Multiparty
 * Protocols Using Circuit Randomization", CRYPTO 1991; as a baseline B. Knott, S. Venkataraman, A.
 * Hannun, S. Sengupta, M. Ibrahim and L. van der Maaten, "CrypTen", NeurIPS 2021.
 *
 * @param layer the layer's id in the plan
 * @param shape of the input and of the output
 * @param polynomial of every element
 * @param fractionBits f, of input and output
 * @param inputBound what |x| does not exceed, in real units
 */
public record PolynomialTree(
    int layer, Shape shape, PolynomialBasis polynomial, int fractionBits, double inputBound)
    implements ClassicPolynomial {

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if one is out of range, or a power leaves the ring
   */
  public PolynomialTree {
    Objects.requireNonNull(shape, "shape");
    Powers powers = new Powers(layer, polynomial, fractionBits, inputBound);
    StepParameters.requireArrayLength(layer, 2L * shape.elementCount() * powers.productCount());
  }

  @Override
  public Kind kind() {
    return Kind.TREE;
  }

  @Override
  public String source() {
    return "Beaver products in a tree (Beaver, CRYPTO 1991; CrypTen, NeurIPS 2021)";
  }

  @Override
  public int roundCount() {
    return Powers.of(this).roundCount();
  }

  @Override
  public int roundWordCount(int round) {
    Objects.checkIndex(round, roundCount());
    return 2 * Powers.of(this).openingCount(round) * shape.elementCount();
  }

  @Override
  public int correctionWordCount() {
    return 2 * Powers.of(this).productCount() * shape.elementCount();
  }

  @Override
  public double errorBoundUlps() {
    return Powers.of(this).errorBoundUlps();
  }

  @Override
  public double failureProbabilityPerElement() {
    return Powers.of(this).failureProbabilityPerElement();
  }

  @Override
  public long[] plaintext(long[] input) {
    return Powers.of(this).plaintext(input);
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
    private final Powers powers;
    private final int elementCount;

    Dealer(PolynomialTree step, KeyedRandom p0, KeyedRandom p1) {
      super(step, p0, p1);
      this.powers = Powers.of(step);
      this.elementCount = step.inputCount();
    }

    @Override
    protected void complete(SessionId session, int[] share, WorkSplitter splitter) {
      // 1. The product of the masks of each product's factors.
      int count = powers.maskCount() * elementCount;
      long[] masks = sharedDoubleWords(label(session, 0, Purpose.OPENING_MASK), count);
      long[] products = new long[powers.productCount() * elementCount];
      ElementParts.run(elementCount, splitter, (from, to) -> fill(masks, products, from, to));
      DoubleWordPlanes.subtractFrom(products, products.length, share, 0, products.length);
    }

    private void fill(long[] masks, long[] products, int from, int to) {
      int plane = 0;
      for (int round = 0; round < powers.roundCount(); round++) {
        for (int k = 2; k <= powers.polynomial().degree(); k++) {
          if (powers.computes(k, round)) {
            int a = powers.maskPlane(Powers.left(k)) * elementCount;
            int b = powers.maskPlane(k - Powers.left(k)) * elementCount;
            for (int i = from; i < to; i++) {
              products[plane + i] = masks[a + i] * masks[b + i];
            }
            plane += elementCount;
          }
        }
      }
    }
  }

  private static final class Party extends PartyStep {
    private final PolynomialTree step;
    private final Powers powers;
    private final int elementCount;

    Party(int partyId, PolynomialTree step, long epoch, KeyedRandom random) {
      super(partyId, step, epoch, random);
      this.step = step;
      this.powers = Powers.of(step);
      this.elementCount = step.inputCount();
    }

    @Override
    protected Material material(SessionId session, int[] share, WorkSplitter splitter) {
      // 1. This party's shares of the masks, drawn, and of their products; planes.
      int count = powers.maskCount() * elementCount;
      long[] masks = drawDoubleWords(session, 0, Purpose.OPENING_MASK, count);
      long[] products = DoubleWordPlanes.join(share, 0, powers.productCount() * elementCount);
      return input -> new Execution(((DoubleWordShare) input).doubleWords(), masks, products);
    }

    private final class Execution extends StepExecution {
      private final long[] masks;
      private final long[] products;

      /** This party's shares by power; entry 1 is the input. */
      private final long[][] known = new long[powers.polynomial().degree() + 1][];

      /** Opened masked powers; this party's share until the peer's has come. */
      private final long[][] opened = new long[known.length][];

      private int productAt;

      Execution(long[] x, long[] masks, long[] products) {
        super(Party.this);
        this.known[1] = x.clone();
        this.masks = masks;
        this.products = products;
      }

      @Override
      protected int[] firstRound() {
        return openings(0);
      }

      /** 2. Masks what a round opens. */
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
              opened[k][i] = known[k][i] - masks[mask + i];
            }
            DoubleWordPlanes.split(opened[k], words, at);
            at += 2 * elementCount;
          }
        }
        return words;
      }

      @Override
      protected int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
        // 2. Open d and e.
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

      /** 3. [u v]_i, truncated. */
      private void multiply(int k, WorkSplitter splitter) {
        long[] d = opened[Powers.left(k)];
        long[] e = opened[k - Powers.left(k)];
        int a = powers.maskPlane(Powers.left(k)) * elementCount;
        int b = powers.maskPlane(k - Powers.left(k)) * elementCount;
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
                    products[product + i]
                        + d[i] * masks[b + i]
                        + e[i] * masks[a + i]
                        + own * d[i] * e[i];
                power[i] = (share >> bits) + unit;
              }
            });
        known[k] = power;
      }

      @Override
      protected Share finish() {
        // 4. The sum of all terms.
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

  /**
   * Which powers a tree of products computes in which round: x^k = x^m x^(k-m) with m the largest
   * power of two below k, in round log2 m. Only those that the polynomial has, and their factors.
   * Immutable.
   */
  private static final class Powers {
    private final FixedPolynomial polynomial;
    private final double inputBound;
    private final boolean[] needed;
    private final int[] maskPlanes;
    private final int maskCount;

    Powers(int layer, PolynomialBasis polynomial, int fractionBits, double inputBound) {
      this.polynomial = FixedPolynomial.of(layer, polynomial, fractionBits, inputBound);
      this.inputBound = inputBound;
      int degree = this.polynomial.degree();
      this.needed = new boolean[degree + 1];
      boolean[] factor = new boolean[degree + 1];
      for (int k = degree; k >= 2; k--) {
        needed[k] |= this.polynomial.uses(k);
        if (needed[k]) {
          for (int part : new int[] {left(k), k - left(k)}) {
            factor[part] = true;
            needed[part] = true;
          }
        }
      }
      this.maskPlanes = new int[degree + 1];
      int masks = 0;
      for (int k = 1; k <= degree; k++) {
        maskPlanes[k] = factor[k] ? masks++ : -1;
      }
      this.maskCount = masks;
      failureProbabilityPerElement(); // refuses what leaves the ring
    }

    static Powers of(PolynomialTree step) {
      return new Powers(step.layer(), step.polynomial(), step.fractionBits(), step.inputBound());
    }

    /** Returns the largest power of two below {@code power}. */
    static int left(int power) {
      return Integer.highestOneBit(power - 1);
    }

    FixedPolynomial polynomial() {
      return polynomial;
    }

    /** Returns ceil(log2 n). */
    int roundCount() {
      return Integer.SIZE - Integer.numberOfLeadingZeros(polynomial.degree() - 1);
    }

    /** Returns whether x^k is a product of round {@code round}. */
    boolean computes(int power, int round) {
      return power >= 2 && needed[power] && left(power) == 1 << round;
    }

    /**
     * Returns whether x^k is opened, masked, in round {@code round}: it is a factor, and was
     * computed in the round before. One opening serves all products of the power.
     */
    boolean opens(int power, int round) {
      boolean fresh = power == 1 ? round == 0 : round > 0 && computes(power, round - 1);
      return fresh && maskPlanes[power] >= 0;
    }

    /** Returns the plane of the mask of a factor. */
    int maskPlane(int power) {
      return maskPlanes[power];
    }

    int maskCount() {
      return maskCount;
    }

    int openingCount(int round) {
      int count = 0;
      for (int k = 1; k <= polynomial.degree(); k++) {
        count += opens(k, round) ? 1 : 0;
      }
      return count;
    }

    int productCount() {
      int count = 0;
      for (int k = 2; k <= polynomial.degree(); k++) {
        count += needed[k] ? 1 : 0;
      }
      return count;
    }

    /** Returns, by power, in units of 2^-f: both factors' errors, and a unit for the truncation. */
    private double[] errors() {
      double[] errors = new double[polynomial.degree() + 1];
      for (int k = 2; k <= polynomial.degree(); k++) {
        if (needed[k]) {
          int m = left(k);
          int j = k - m;
          errors[k] =
              errors[m] * FixedPolynomial.power(inputBound, j)
                  + errors[j] * FixedPolynomial.power(inputBound, m)
                  + Math.scalb(errors[m] * errors[j], -polynomial.fractionBits())
                  + Truncation.ERROR_BOUND_ULPS;
        }
      }
      return errors;
    }

    double errorBoundUlps() {
      return polynomial.errorBoundUlps(inputBound, errors());
    }

    /** Returns the sum over all truncations of one element. */
    double failureProbabilityPerElement() {
      double[] errors = errors();
      int[] shifts = new int[polynomial.degree() + 1];
      double sum = 0;
      for (int k = 2; k <= polynomial.degree(); k++) {
        shifts[k] = polynomial.fractionBits();
        if (needed[k]) {
          double bound = magnitude(left(k), errors) * magnitude(k - left(k), errors);
          sum += FixedPolynomial.failureProbability("power " + k, bound);
        }
      }
      return sum + polynomial.sumFailureProbability(inputBound, errors, shifts);
    }

    private double magnitude(int power, double[] errors) {
      double exact = FixedPolynomial.power(inputBound, power);
      return Math.scalb(exact, polynomial.fractionBits()) + errors[power];
    }

    long[] plaintext(long[] input) {
      long[] output = new long[input.length];
      long[] powers = new long[polynomial.degree() + 1];
      for (int i = 0; i < input.length; i++) {
        powers[1] = input[i];
        for (int k = 2; k <= polynomial.degree(); k++) {
          if (needed[k]) {
            powers[k] = powers[left(k)] * powers[k - left(k)] >> polynomial.fractionBits();
          }
        }
        output[i] = polynomial.plaintext(powers);
      }
      return output;
    }
  }
}
