// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.classic.Truncation;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.Share;
import java.util.List;

/**
 * Average pooling of the classic suite: each party sums its shares over the windows, multiplies
 * with a public reciprocal of the window's area and truncates the product. Padding counts as zeros.
 * No message.
 *
 * <p>An area of 2^k is divided by truncating k bits. Others have the reciprocal {@code round(2^b /
 * area)} with b = f + ceil(log2 area), of which b bits are truncated.
 *
 * @param id the layer's place in the plan
 * @param name the tensor's name in the model
 * @param inputs one producer
 * @param window the geometry
 * @param outputFractionBits f, of input and output
 * @param bound what the input's magnitude does not exceed, in real units
 */
public record ClassicMeanPoolLayer(
    int id,
    String name,
    List<Integer> inputs,
    PoolWindow window,
    int outputFractionBits,
    double bound)
    implements LocalLayer {
  private static final double RING = 0x1.0p64;
  private static final double LIMIT = 0x1.0p62;

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if a product may leave the ring's signed range
   */
  public ClassicMeanPoolLayer {
    inputs = PlanRules.producers(id, inputs, 1);
    PlanRules.name(name);
    if (outputFractionBits < 0 || outputFractionBits > 30) {
      throw new IllegalArgumentException(
          "outputFractionBits is " + outputFractionBits + ", must be in [0, 30]");
    }
    double product = product(window.area(), outputFractionBits, bound);
    // Written so that NaN is refused too.
    if (!(bound >= 0 && product < LIMIT)) {
      throw new IllegalArgumentException(
          "bound is " + bound + ", products reach " + product + ", must stay below 2^62");
    }
  }

  private static boolean isPowerOfTwo(int area) {
    return Integer.bitCount(area) == 1;
  }

  private static int cutBits(int area, int fractionBits) {
    int log2 = Integer.SIZE - Integer.numberOfLeadingZeros(area - 1);
    return isPowerOfTwo(area) ? log2 : fractionBits + log2;
  }

  private static long reciprocal(int area, int fractionBits) {
    return isPowerOfTwo(area) ? 1 : Math.round(Math.scalb(1.0, cutBits(area, fractionBits)) / area);
  }

  /** Largest magnitude before the truncation, as an integer. */
  private static double product(int area, int fractionBits, double bound) {
    return Math.scalb(bound, fractionBits) * area * reciprocal(area, fractionBits);
  }

  private int cutBits() {
    return cutBits(window.area(), outputFractionBits);
  }

  private long reciprocal() {
    return reciprocal(window.area(), outputFractionBits);
  }

  @Override
  public Kind kind() {
    return Kind.CLASSIC_MEAN_POOL;
  }

  @Override
  public Shape inputShape() {
    return window.inputShape();
  }

  @Override
  public Shape outputShape() {
    return window.outputShape();
  }

  @Override
  public long outputDivisor() {
    return 1;
  }

  /** Returns the error in units of the output's last place, unless a share wraps. */
  public double errorBoundUlps() {
    if (cutBits() == 0) {
      return 0;
    }
    double exact = Math.scalb(1.0, cutBits()) / window.area();
    double sum = Math.scalb(bound, outputFractionBits) * window.area();
    double reciprocalError = Math.abs(reciprocal() - exact);
    return Truncation.ERROR_BOUND_ULPS + Math.scalb(sum * reciprocalError, -cutBits());
  }

  /**
   * Returns the probability, at most, that any output element is wrong because its share wraps.
   *
   * <p>Uniform shares wrap under a truncation with probability (w + 1) / 2^64, w the product's
   * magnitude. Shares that were truncated by f bits before are uniform over 2^(64-f) values only:
   * their sums do not wrap by themselves, and times m they cover an interval of length w at most (m
   * / 2^f + 1) times, each with w / m + 1 values. As m is at least 2^f (or 1), that is at most 2 (w
   * + 1 + m) / 2^64.
   */
  public double failureProbability() {
    if (cutBits() == 0) {
      return 0;
    }
    double product = product(window.area(), outputFractionBits, bound);
    double each =
        reciprocal() == 1 ? (product + 1) / RING : 2 * (product + 1 + reciprocal()) / RING;
    return Math.min(1, outputShape().elementCount() * each);
  }

  @Override
  public Share apply(int partyId, Share... inputShares) {
    if (inputShares.length != 1) {
      throw new IllegalArgumentException("inputs are " + inputShares.length + ", must be 1");
    }
    int count = inputShape().elementCount();
    long[] products = products(DoubleWordShare.require(inputShares[0], count).doubleWords());
    Truncation.truncate(partyId, products, cutBits());
    return DoubleWordShare.of(outputShape(), products);
  }

  /**
   * Returns the layer's meaning in plaintext.
   *
   * @param input double words; not written
   * @return a new array
   */
  public long[] plaintext(long[] input) {
    long[] products = products(input);
    for (int i = 0; i < products.length; i++) {
      products[i] >>= cutBits();
    }
    return products;
  }

  private long[] products(long[] input) {
    long[] output = new long[outputShape().elementCount()];
    window.forEachTap((from, to) -> output[to] += input[from]);
    long reciprocal = reciprocal();
    for (int i = 0; i < output.length; i++) {
      output[i] *= reciprocal;
    }
    return output;
  }
}
