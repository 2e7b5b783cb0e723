// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.layers.graph.OutputTransform;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.random.Sha256;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.protocols.share.Ring;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The public part of a compiled network. The layers are in an order in which they can run; the last
 * one makes the network's output. Immutable and thread-safe; equal plans have equal encodings.
 */
public final class NetworkPlan {
  private final String name;
  private final Shape inputShape;
  private final int inputFractionBits;
  private final InputRange inputRange;
  private final List<PlanLayer> layers;
  private final Ring ring;
  private final OutputTransform outputTransform;
  private final Visibility visibility;
  private final byte[] encoded;
  private final byte[] digest;

  /**
   * Checks and makes a plan.
   *
   * @param name the network's name; no path
   * @param inputShape without a batch dimension
   * @param inputFractionBits at which a client encodes its input
   * @param inputRangeOrNull what inputs it was compiled for; null for any
   * @param layers in order, at least one; the layer at index i has id i
   * @throws IllegalArgumentException if a shape or scale does not fit its producer's, or a layer's
   *     output is never used
   */
  public NetworkPlan(
      String name,
      Shape inputShape,
      int inputFractionBits,
      InputRange inputRangeOrNull,
      List<PlanLayer> layers) {
    this(name, inputShape, inputFractionBits, inputRangeOrNull, layers, OutputTransform.NONE);
  }

  /**
   * Checks and makes a plan with shared weights.
   *
   * @param name the network's name; no path
   * @param inputShape without a batch dimension
   * @param inputFractionBits at which a client encodes its input
   * @param inputRangeOrNull what inputs it was compiled for; null for any
   * @param layers in order, at least one; the layer at index i has id i
   * @param outputTransform what the client makes of the output
   * @throws IllegalArgumentException if a shape or scale does not fit its producer's, or a layer's
   *     output is never used
   */
  public NetworkPlan(
      String name,
      Shape inputShape,
      int inputFractionBits,
      InputRange inputRangeOrNull,
      List<PlanLayer> layers,
      OutputTransform outputTransform) {
    this(
        name,
        inputShape,
        inputFractionBits,
        inputRangeOrNull,
        layers,
        outputTransform,
        Visibility.SHARED);
  }

  /**
   * Checks and makes a plan.
   *
   * @param name the network's name; no path
   * @param inputShape without a batch dimension
   * @param inputFractionBits at which a client encodes its input
   * @param inputRangeOrNull what inputs it was compiled for; null for any
   * @param layers in order, at least one; the layer at index i has id i
   * @param outputTransform what the client makes of the output
   * @param visibility who knows the weights, of every layer that has some
   * @throws IllegalArgumentException if a shape or scale does not fit its producer's, or a layer's
   *     output is never used, or its weights have another visibility
   */
  public NetworkPlan(
      String name,
      Shape inputShape,
      int inputFractionBits,
      InputRange inputRangeOrNull,
      List<PlanLayer> layers,
      OutputTransform outputTransform,
      Visibility visibility) {
    PlanRules.networkName(name);
    PlanRules.bits("inputFractionBits", inputFractionBits);
    this.name = name;
    this.inputShape = inputShape;
    this.inputFractionBits = inputFractionBits;
    this.layers = List.copyOf(layers);
    this.ring = PlanCheck.ring(this.layers);
    this.visibility = Objects.requireNonNull(visibility, "visibility");
    double encodable = encodableLimit();
    this.inputRange = inputRangeOrNull == null ? InputRange.upTo(encodable) : inputRangeOrNull;
    PlanRules.inputRange(inputRange, inputShape, encodable);
    new PlanCheck(this).run();
    this.outputTransform = outputTransform.requireFits(outputElementCount());
    this.encoded = PlanCodec.encode(this);
    this.digest = Sha256.of(encoded);
  }

  /**
   * Reads a plan. Costs memory in proportion to the bytes given, whatever they say.
   *
   * @throws IllegalArgumentException on anything that {@link #encode()} does not write
   */
  public static NetworkPlan decode(byte[] encoded) {
    return PlanCodec.decode(encoded);
  }

  /**
   * Returns this plan with weights of another visibility. Bounds, scales and results stay the same.
   *
   * @throws IllegalArgumentException if the plan is of the classic suite, which shares weights only
   */
  public NetworkPlan with(Visibility other) {
    List<PlanLayer> changed = new ArrayList<>();
    for (PlanLayer layer : layers) {
      changed.add(layer instanceof FusedLinearLayer linear ? linear.with(other) : layer);
    }
    return new NetworkPlan(
        name, inputShape, inputFractionBits, inputRange, changed, outputTransform, other);
  }

  /** Returns who knows the weights. */
  public Visibility visibility() {
    return visibility;
  }

  /** Returns the layers that exchange messages or need correlations, in order. */
  public List<StepLayer> steps() {
    List<StepLayer> steps = new ArrayList<>();
    for (PlanLayer layer : layers) {
      if (layer instanceof StepLayer step && !step.isCommunicationFree()) {
        steps.add(step);
      }
    }
    return steps;
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

  /** Returns what inputs the network was compiled for; see {@link #checkInput}. */
  public InputRange inputRange() {
    return inputRange;
  }

  /** Returns what every input must stay below in magnitude for the fixed point to hold it. */
  public double encodableLimit() {
    return Math.scalb(1.0, valueBits() - inputFractionBits);
  }

  /** Returns how many bits the magnitude of a tensor's value may have. */
  private int valueBits() {
    return ring == Ring.WORDS ? LayerBound.BITS : LayerBound.CLASSIC_BITS;
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

  /**
   * Returns what the client makes of the output: {@code
   * outputTransform().apply(decodeOutput(words))} is the model's answer. The parties do not compute
   * it.
   */
  public OutputTransform outputTransform() {
    return outputTransform;
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
    requireInputLength(input);
    long[] values = new long[input.length];
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(input[i])) {
        throw new IllegalArgumentException(
            "input has the value " + input[i] + " at index " + i + ", must be finite");
      }
      double scaled = Math.scalb((double) input[i], inputFractionBits);
      if (Math.abs(scaled) >= 1L << valueBits()) {
        throw new IllegalArgumentException(
            "input has the value "
                + input[i]
                + " at index "
                + i
                + ", must be below "
                + encodableLimit()
                + " in magnitude");
      }
      values[i] = (long) Math.rint(scaled);
    }
    // The low words come first and are all that words have.
    return Arrays.copyOf(DoubleWordPlanes.split(values), ring.wordCount(inputShape));
  }

  private void requireInputLength(float[] input) {
    if (input.length != inputShape.elementCount()) {
      throw new IllegalArgumentException(
          "input has " + input.length + " values, must have " + inputShape.elementCount());
    }
  }

  /**
   * Compares a client's input with {@link #inputRange()}. Beyond it a layer's bound may be left,
   * and then the answer is wrong without any other sign.
   *
   * @param input row-major, of the plan's input shape; not kept
   * @return empty if every value is in range
   * @throws IllegalArgumentException if the length is wrong
   */
  public Optional<RangeViolation> checkInput(float[] input) {
    requireInputLength(input);
    RangeViolation.Tally tally = new RangeViolation.Tally();
    for (int i = 0; i < input.length; i++) {
      double limit = inputRange.limit(i, input.length);
      double magnitude = Math.abs((double) input[i]);
      // Written so that NaN is out of range.
      if (!(magnitude <= limit)) {
        tally.add(i, magnitude, limit);
      }
    }
    return tally.of(PlanLayer.NETWORK_INPUT, "input");
  }

  /**
   * Compares an answer with the bound of the output layer. An answer out of range is wrong; one in
   * range may still be, if a layer before left its bound.
   *
   * @param words of the output layer, in the form in which they travel; not kept
   * @return empty if every value is in range
   * @throws IllegalArgumentException if the length is wrong
   */
  public Optional<RangeViolation> checkOutput(int[] words) {
    requireOutputLength(words);
    double unit = outputUnit();
    long max = maxOutputMagnitude();
    RangeViolation.Tally tally = new RangeViolation.Tally();
    for (int i = 0; i < outputElementCount(); i++) {
      long value = outputValue(words, i);
      // The most negative value has no positive counterpart.
      if (value > max || value < -max) {
        tally.add(i, Math.abs((double) value) * unit, max * unit);
      }
    }
    return tally.of(outputLayer().id(), outputLayer().name());
  }

  /**
   * Returns the largest magnitude of a right output, in units of its last place; see {@link
   * #checkOutput}.
   */
  public long maxOutputMagnitude() {
    long max = (1L << valueBits()) - 1;
    PlanLayer output = outputLayer();
    return switch (output.kind()) {
      case FUSED_LINEAR,
          FUSED_ACTIVATION,
          FUSED_HARMONIC,
          FUSED_PRODUCT,
          FUSED_SUM_POOL,
          JOIN,
          VIEW,
          CONCAT,
          CLASSIC_ACTIVATION ->
          max;
      case CLASSIC_LINEAR -> {
        ClassicLinearLayer linear = (ClassicLinearLayer) output;
        double bound = Math.scalb(linear.linear().outputBound(), -linear.weightFractionBits());
        yield Math.min(max, (long) Math.ceil(bound + linear.linear().errorBoundUlps()));
      }
      case CLASSIC_MEAN_POOL -> {
        ClassicMeanPoolLayer pool = (ClassicMeanPoolLayer) output;
        double bound = Math.scalb(pool.bound(), pool.outputFractionBits());
        yield Math.min(max, (long) Math.ceil(bound + pool.errorBoundUlps()));
      }
    };
  }

  /**
   * Returns the network's output in real numbers, before {@link #outputTransform()}.
   *
   * @param words of the output layer, in the form in which they travel; not kept
   * @throws IllegalArgumentException if the length is wrong
   */
  public float[] decodeOutput(int[] words) {
    requireOutputLength(words);
    double unit = outputUnit();
    float[] output = new float[outputElementCount()];
    for (int i = 0; i < output.length; i++) {
      output[i] = (float) (outputValue(words, i) * unit);
    }
    return output;
  }

  private double outputUnit() {
    return Math.scalb(1.0, -outputFractionBits()) / outputLayer().outputDivisor();
  }

  private long outputValue(int[] words, int i) {
    return ring == Ring.WORDS
        ? words[i]
        : DoubleWordPlanes.join(words[i], words[outputElementCount() + i]);
  }

  private void requireOutputLength(int[] words) {
    if (words.length != outputWordCount()) {
      throw new IllegalArgumentException(
          "output has " + words.length + " words, must have " + outputWordCount());
    }
  }

  /** Returns the canonical encoding, versioned; the same bytes on every machine. A new array. */
  public byte[] encode() {
    return encoded.clone();
  }

  /**
   * SHA-256 of {@link #encode()}: what parties compare before the first share moves. A new array.
   */
  public byte[] digest() {
    return digest.clone();
  }

  /** Returns which shares party 1 knows in the offline phase, and what it sends then. */
  public KnownShares knownShares() {
    return KnownShares.of(this);
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
