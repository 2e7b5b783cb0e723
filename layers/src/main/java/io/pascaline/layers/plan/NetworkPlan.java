// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.protocols.share.Ring;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/**
 * The public part of a compiled network. The layers are in an order in which they can run; the last
 * one makes the network's output. Immutable and thread-safe; equal plans have equal encodings.
 */
public final class NetworkPlan {
  private final String name;
  private final Shape inputShape;
  private final int inputFractionBits;
  private final List<PlanLayer> layers;
  private final Ring ring;
  private final byte[] encoded;

  /**
   * Checks and makes a plan.
   *
   * @param name the model's name
   * @param inputShape without a batch dimension
   * @param inputFractionBits at which a client encodes its input
   * @param layers in order, at least one; the layer at index i has id i
   * @throws IllegalArgumentException if a shape or scale does not fit its producer's, or a layer's
   *     output is never used
   */
  public NetworkPlan(String name, Shape inputShape, int inputFractionBits, List<PlanLayer> layers) {
    PlanRules.name(name);
    PlanRules.bits("inputFractionBits", inputFractionBits);
    this.name = name;
    this.inputShape = inputShape;
    this.inputFractionBits = inputFractionBits;
    this.layers = List.copyOf(layers);
    this.ring = PlanCheck.ring(this.layers);
    new PlanCheck(this).run();
    this.encoded = PlanCodec.encode(this);
  }

  /**
   * Reads a plan. Costs memory in proportion to the bytes given, whatever they say.
   *
   * @throws IllegalArgumentException on anything that {@link #encode()} does not write
   */
  public static NetworkPlan decode(byte[] encoded) {
    return PlanCodec.decode(encoded);
  }

  /** Returns the model's name. */
  public String name() {
    return name;
  }

  /** Shape of the input, without a batch dimension. */
  public Shape inputShape() {
    return inputShape;
  }

  /** Fraction bits of the input's words. */
  public int inputFractionBits() {
    return inputFractionBits;
  }

  /** Returns the layers, in an order in which they can run; a layer's id is its index. */
  public List<PlanLayer> layers() {
    return layers;
  }

  /** Returns where the tensors live, and how they travel. */
  public Ring ring() {
    return ring;
  }

  /** Returns the layer that makes the network's output. */
  public PlanLayer outputLayer() {
    return layers.get(layers.size() - 1);
  }

  /** Fraction bits of the output's words. */
  public int outputFractionBits() {
    return outputLayer().outputFractionBits();
  }

  /** Returns an output value is {@code word * 2^-outputFractionBits * outputScale}. */
  public double outputScale() {
    return 1.0 / outputLayer().outputDivisor();
  }

  /** Number of words of the input, as it travels. */
  public int inputWordCount() {
    return ring.wordCount(inputShape);
  }

  /** Number of words of the output, as it travels. */
  public int outputWordCount() {
    return ring.wordCount(outputLayer().outputShape());
  }

  /** Number of output elements. */
  public int outputElementCount() {
    return outputLayer().outputShape().elementCount();
  }

  /**
   * Returns a client's input as words, in the form in which they travel ({@link #ring()}).
   *
   * @param input row-major, of the plan's input shape; not kept
   * @throws IllegalArgumentException if the length is wrong, or a value is not finite or too large
   */
  public int[] encodeInput(float[] input) {
    if (input.length != inputShape.elementCount()) {
      throw new IllegalArgumentException(
          "input has " + input.length + " values, must have " + inputShape.elementCount());
    }
    int bits = ring == Ring.WORDS ? 30 : 46;
    long[] values = new long[input.length];
    for (int i = 0; i < values.length; i++) {
      double scaled = Math.scalb((double) input[i], inputFractionBits);
      // Written so that NaN is refused too.
      if (!(Math.abs(scaled) < 1L << bits)) {
        throw new IllegalArgumentException(
            "input has a value that is not finite or not below 2^"
                + (bits - inputFractionBits)
                + " in magnitude, at index "
                + i);
      }
      values[i] = (long) Math.rint(scaled);
    }
    // The low words come first and are all that words have.
    return Arrays.copyOf(DoubleWordPlanes.split(values), ring.wordCount(inputShape));
  }

  /**
   * Returns the network's output in real numbers.
   *
   * @param words of the output layer, in the form in which they travel; not kept
   * @throws IllegalArgumentException if the length is wrong
   */
  public float[] decodeOutput(int[] words) {
    if (words.length != outputWordCount()) {
      throw new IllegalArgumentException(
          "output has " + words.length + " words, must have " + outputWordCount());
    }
    double unit = Math.scalb(1.0, -outputFractionBits()) / outputLayer().outputDivisor();
    float[] output = new float[outputElementCount()];
    for (int i = 0; i < output.length; i++) {
      long value =
          ring == Ring.WORDS ? words[i] : DoubleWordPlanes.join(words[i], words[output.length + i]);
      output[i] = (float) (value * unit);
    }
    return output;
  }

  /** Returns the canonical encoding, versioned; the same bytes on every machine. A new array. */
  public byte[] encode() {
    return encoded.clone();
  }

  /** SHA-256 of {@link #encode()}: what parties compare before the first share moves. */
  public byte[] digest() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(encoded);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Exact costs of an inference. */
  public PlanCosts costs() {
    return PlanCosts.of(this);
  }

  /** Name, number of layers and input shape. */
  @Override
  public String toString() {
    return "NetworkPlan[" + name + ", " + layers.size() + " layers, input " + inputShape + "]";
  }
}
