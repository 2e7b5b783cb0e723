package io.pascaline.layers.plan;

import io.pascaline.protocols.ring.Shape;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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
  private final byte[] encoded;

  /**
   * Checks and makes a plan.
   *
   * @param name the model's name.
   * @param inputShape without a batch dimension.
   * @param inputFractionBits at which a client encodes its input.
   * @param layers in order, at least one; the layer at index i has id i.
   * @throws IllegalArgumentException if a shape or scale does not fit its producer's, or a layer's
   *     output is never used.
   */
  public NetworkPlan(String name, Shape inputShape, int inputFractionBits, List<PlanLayer> layers) {
    PlanRules.name(name);
    PlanRules.bits("inputFractionBits", inputFractionBits);
    this.name = name;
    this.inputShape = inputShape;
    this.inputFractionBits = inputFractionBits;
    this.layers = List.copyOf(layers);
    new PlanCheck(this).run();
    this.encoded = PlanCodec.encode(this);
  }

  /**
   * Reads a plan. Costs memory in proportion to the bytes given, whatever they say.
   *
   * @throws IllegalArgumentException on anything that {@link #encode()} does not write.
   */
  public static NetworkPlan decode(byte[] encoded) {
    return PlanCodec.decode(encoded);
  }

  /** The model's name. */
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

  /** The layers, in an order in which they can run; a layer's id is its index. */
  public List<PlanLayer> layers() {
    return layers;
  }

  /** The layer that makes the network's output. */
  public PlanLayer outputLayer() {
    return layers.get(layers.size() - 1);
  }

  /** Fraction bits of the output's words. */
  public int outputFractionBits() {
    return outputLayer().outputFractionBits();
  }

  /** An output value is {@code word * 2^-outputFractionBits * outputScale}. */
  public double outputScale() {
    return 1.0 / outputLayer().outputDivisor();
  }

  /** Number of output words. */
  public int outputElementCount() {
    return outputLayer().outputShape().elementCount();
  }

  /**
   * A client's input as words.
   *
   * @param input row-major, of the plan's input shape; not kept.
   * @throws IllegalArgumentException if the length is wrong, or a value is not finite or too large
   *     for a word.
   */
  public int[] encodeInput(float[] input) {
    if (input.length != inputShape.elementCount()) {
      throw new IllegalArgumentException(
          "input has " + input.length + " values, must have " + inputShape.elementCount());
    }
    final int[] words = new int[input.length];
    for (int i = 0; i < words.length; i++) {
      final double scaled = Math.scalb((double) input[i], inputFractionBits);
      // Written so that NaN is refused too.
      if (!(Math.abs(scaled) < 1 << 30)) {
        throw new IllegalArgumentException(
            "input has a value that is not finite or not below 2^"
                + (30 - inputFractionBits)
                + " in magnitude, at index "
                + i);
      }
      words[i] = (int) Math.rint(scaled);
    }
    return words;
  }

  /**
   * The network's output in real numbers.
   *
   * @param words of the output layer; not kept.
   * @throws IllegalArgumentException if the length is wrong.
   */
  public float[] decodeOutput(int[] words) {
    if (words.length != outputElementCount()) {
      throw new IllegalArgumentException(
          "output has " + words.length + " words, must have " + outputElementCount());
    }
    final double unit = Math.scalb(1.0, -outputFractionBits()) / outputLayer().outputDivisor();
    final float[] output = new float[words.length];
    for (int i = 0; i < words.length; i++) {
      output[i] = (float) (words[i] * unit);
    }
    return output;
  }

  /** The canonical encoding, versioned; the same bytes on every machine. A new array. */
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
