// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.plan.ClassicActivationLayer;
import io.pascaline.layers.plan.ClassicLinearLayer;
import io.pascaline.layers.plan.ClassicMeanPoolLayer;
import io.pascaline.layers.plan.ExactLocalLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.RangeViolation;
import io.pascaline.protocols.classic.ClassicPolynomial;
import io.pascaline.protocols.linear.DoubleWordLinear;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.share.DoubleWordPlanes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The meaning of a network of the classic suite, in plaintext and in integers: what a secure run
 * computes up to the rounding of its truncations, as long as no share wraps. Products are truncated
 * by rounding down; comparisons are exact. For whoever owns the weights. Thread-safe.
 */
public final class ClassicEvaluator {
  private final ClassicNetwork network;
  private final DoubleWordLinear[] linears;
  private final WorkSplitter splitter;

  /** Prepares a network for the caller's thread alone. */
  public ClassicEvaluator(ClassicNetwork network) {
    this(network, WorkSplitter.sequential());
  }

  /**
   * Prepares a network; its weights are copied.
   *
   * @param splitter brings threads for linear layers
   */
  public ClassicEvaluator(ClassicNetwork network, WorkSplitter splitter) {
    this.network = network;
    this.splitter = splitter;
    this.linears = new DoubleWordLinear[network.plan().layers().size()];
    for (PlanLayer layer : network.plan().layers()) {
      if (layer instanceof ClassicLinearLayer linear) {
        linears[layer.id()] = LinearKernels.doubleWord(linear.map(), network.weights(layer.id()));
      }
    }
  }

  /** Returns the public part of the network. */
  public NetworkPlan plan() {
    return network.plan();
  }

  /** Returns a client's input as double words. */
  public long[] encodeInput(float[] input) {
    long[] values = new long[input.length];
    DoubleWordPlanes.join(plan().encodeInput(input), 0, values);
    return values;
  }

  /** From real input to real output. */
  public float[] infer(float[] input) {
    return plan().decodeOutput(DoubleWordPlanes.split(run(encodeInput(input))));
  }

  /** Returns the output for an input, in double words. */
  public long[] run(long[] input) {
    long[][] outputs = runAll(input);
    return outputs[outputs.length - 1];
  }

  /**
   * Runs the network and keeps every layer's output.
   *
   * @param input double words, of the plan's input shape; not written
   * @return by layer id
   * @throws IllegalArgumentException if the length is wrong
   */
  public long[][] runAll(long[] input) {
    if (input.length != plan().inputShape().elementCount()) {
      throw new IllegalArgumentException(
          "input has %d double words, must have %d"
              .formatted(input.length, plan().inputShape().elementCount()));
    }
    long[][] outputs = new long[plan().layers().size()][];
    for (PlanLayer layer : plan().layers()) {
      List<Integer> producers = layer.inputs();
      long[][] inputs = new long[producers.size()][];
      for (int i = 0; i < inputs.length; i++) {
        int producer = producers.get(i);
        inputs[i] = producer == PlanLayer.NETWORK_INPUT ? input : outputs[producer];
      }
      outputs[layer.id()] = apply(layer, inputs);
    }
    return outputs;
  }

  /**
   * Returns how far a secure run's output can be from {@link #run}, in units of the output's last
   * place, as long as no share wraps. Specific to this input; infinite if a polynomial's bound may
   * be left. A worst case over all roundings: it says much about shallow networks and little about
   * deep ones.
   */
  public double errorBoundUlps(long[] input) {
    double[] errors = new ClassicError(network, input, runAll(input)).run();
    return errors[errors.length - 1];
  }

  /**
   * Layers whose values leave the bounds that the plan's errors and probability of failure hold
   * for.
   *
   * @param input double words, of the plan's input shape; not written
   */
  public List<RangeViolation> audit(long[] input) {
    long[][] outputs = runAll(input);
    List<RangeViolation> violations = new ArrayList<>();
    for (PlanLayer layer : plan().layers()) {
      int producer = layer.inputs().get(0);
      long[] read = producer == PlanLayer.NETWORK_INPUT ? input : outputs[producer];
      switch (layer.kind()) {
        case CLASSIC_LINEAR -> {
          ClassicLinearLayer linear = (ClassicLinearLayer) layer;
          int bits = linear.weightFractionBits() + linear.outputFractionBits();
          double bound = Math.scalb(linear.linear().outputBound(), -bits);
          violation(layer, outputs[layer.id()], bound).ifPresent(violations::add);
        }
        case CLASSIC_ACTIVATION -> {
          // Comparisons and maxima have no bound of their own: they are right in the whole ring.
          if (((ClassicActivationLayer) layer).activation() instanceof ClassicPolynomial step) {
            violation(layer, read, step.inputBound()).ifPresent(violations::add);
          }
        }
        case CLASSIC_MEAN_POOL ->
            violation(layer, read, ((ClassicMeanPoolLayer) layer).bound())
                .ifPresent(violations::add);
        case JOIN, VIEW, CONCAT -> {} // Exact in the ring.
        default ->
            throw new IllegalArgumentException("layer " + layer.id() + " is of the fused suite");
      }
    }
    return violations;
  }

  private static Optional<RangeViolation> violation(PlanLayer layer, long[] values, double bound) {
    RangeViolation.Tally tally = new RangeViolation.Tally();
    for (int i = 0; i < values.length; i++) {
      double magnitude = Math.scalb(Math.abs((double) values[i]), -layer.outputFractionBits());
      if (magnitude > bound) {
        tally.add(i, magnitude, bound);
      }
    }
    return tally.of(layer.id(), layer.name());
  }

  /**
   * Runs one layer.
   *
   * @param layer of this network's plan
   * @param inputs double words of each of its inputs; not written
   * @return a new array
   */
  public long[] apply(PlanLayer layer, long[]... inputs) {
    return switch (layer.kind()) {
      case CLASSIC_LINEAR -> linear((ClassicLinearLayer) layer, inputs[0]);
      case CLASSIC_ACTIVATION -> ((ClassicActivationLayer) layer).activation().plaintext(inputs[0]);
      case CLASSIC_MEAN_POOL -> ((ClassicMeanPoolLayer) layer).plaintext(inputs[0]);
      case JOIN, VIEW, CONCAT -> ((ExactLocalLayer) layer).apply(inputs);
      case FUSED_LINEAR, FUSED_ACTIVATION, FUSED_HARMONIC, FUSED_PRODUCT, FUSED_SUM_POOL ->
          throw new IllegalArgumentException("layer " + layer.id() + " is of the fused suite");
    };
  }

  private long[] linear(ClassicLinearLayer layer, long[] input) {
    long[] output = new long[layer.outputShape().elementCount()];
    linears[layer.id()].apply(input, output, splitter);
    long[] bias = network.biasOrNull(layer.id());
    int plane = output.length / layer.biasCount();
    for (int i = 0; i < output.length; i++) {
      output[i] = output[i] + (bias == null ? 0 : bias[i / plane]) >> layer.weightFractionBits();
    }
    return output;
  }
}
