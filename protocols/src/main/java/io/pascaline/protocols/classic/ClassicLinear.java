// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.DoubleWordLinear;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;
import java.util.Objects;

/**
 * Public parameters of a linear step on double words whose weights W are secret from both parties,
 * with a local truncation of its output. Immutable.
 *
 * <p>Once per epoch the dealer draws B, of the shape of W, and the parties open E = W - B. Per
 * inference it draws an input mask A and shares B*A, where * is the layer's map. Ahead of time
 * party i computes U_i = -(E*A_i) - [B*A]_i; online the parties open C = x + A and y_i = W_i*C +
 * U_i with W_0 = E + B_0, W_1 = B_1. The shares sum to W*x exactly and are then cut locally.
 *
 * <p>Rounds: 1. Online: 8 bytes per input element and direction. Correction: 8 bytes per output
 * element, to one party. Setup: 8 bytes per weight and direction. Error: {@link #errorBoundUlps}.
 * Probability of failure: {@link #failureProbability}. Security: see the package. Source: D.
 * Beaver, "Efficient Multiparty Protocols Using Circuit Randomization", CRYPTO 1991, with the
 * weights' opening done once; truncation of P. Mohassel and Y. Zhang, "SecureML", IEEE S&amp;P
 * 2017.
 *
 * @param layer the layer's id in the plan
 * @param map the layer's geometry
 * @param truncatedBits cut from the output, 0 to 62; as a rule the weights' fraction bits
 * @param outputBound what the magnitude of the exact output, bias included, does not exceed before
 *     the cut, as an integer; below 2^62
 */
public record ClassicLinear(int layer, LinearMap map, int truncatedBits, double outputBound) {
  private static final double LIMIT = 0x1.0p62;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public ClassicLinear {
    Objects.requireNonNull(map, "map");
    if (layer < 0) {
      throw new IllegalArgumentException("layer must not be negative: " + layer);
    }
    if (truncatedBits < 0 || truncatedBits > 62) {
      throw new IllegalArgumentException("truncatedBits must be 0 to 62: " + truncatedBits);
    }
    if (!(outputBound >= 0 && outputBound < LIMIT)) {
      throw new IllegalArgumentException(
          "outputBound must be 0 to less than " + LIMIT + ": " + outputBound);
    }
    Dealt.wordCount(layer, 0, map.inputShape().elementCount());
    Dealt.wordCount(layer, 0, map.outputShape().elementCount());
    Dealt.wordCount(layer, 0, map.weightShape().elementCount());
  }

  /** Returns the length of an input, in double words. */
  public int inputCount() {
    return map.inputShape().elementCount();
  }

  /** Returns the length of an output, in double words. */
  public int outputCount() {
    return map.outputShape().elementCount();
  }

  /** Returns the length of the weights, in double words. */
  public int weightCount() {
    return map.weightShape().elementCount();
  }

  /** Returns the output channels, of which each has one double word of bias. */
  public int channelCount() {
    return map.outputShape().dim(0);
  }

  /** Returns the words of an opening: two per input element. */
  public int roundWordCount() {
    return 2 * inputCount();
  }

  /** Returns the words of a correction: two per output element. */
  public int correctionWordCount() {
    return 2 * outputCount();
  }

  /** Returns the words of the weights' opening in one direction: two per weight. */
  public int setupWordCount() {
    return 2 * weightCount();
  }

  /** Returns who published the protocol. */
  public String source() {
    return "Beaver products with the weights opened once; SecureML truncation";
  }

  /** Returns the error in units of the output's last place, unless a share wraps. */
  public double errorBoundUlps() {
    return truncatedBits == 0 ? 0 : Truncation.ERROR_BOUND_ULPS;
  }

  /**
   * Returns the probability, at most, that a share of any output element wraps when it is cut,
   * which makes that element wrong.
   */
  public double failureProbability() {
    return truncatedBits == 0 ? 0 : Truncation.failureProbability(outputCount(), outputBound);
  }

  /** Returns the probability, at most, that a share of one output element wraps. */
  public double failureProbabilityPerElement() {
    return truncatedBits == 0 ? 0 : Truncation.failureProbability(1, outputBound);
  }

  /**
   * Returns the step's function in the clear.
   *
   * @param biasOrNull one double word per output channel, at the scale before the cut
   */
  public long[] plaintext(long[] weights, long[] biasOrNull, long[] input) {
    long[] output = new long[outputCount()];
    DoubleWordLinear.of(map, weights).apply(input, output, WorkSplitter.sequential());
    addBias(biasOrNull, output);
    for (int i = 0; i < output.length; i++) {
      output[i] >>= truncatedBits;
    }
    return output;
  }

  static void addBias(long[] biasOrNull, long[] output) {
    if (biasOrNull == null) {
      return;
    }
    int channelLength = output.length / biasOrNull.length;
    int at = 0;
    for (long bias : biasOrNull) {
      for (int end = at + channelLength; at < end; at++) {
        output[at] += bias;
      }
    }
  }

  MaskLabel weightMask(long epoch) {
    return new MaskLabel(SessionId.setup(epoch), layer, 0, Purpose.WEIGHT_MASK);
  }
}
