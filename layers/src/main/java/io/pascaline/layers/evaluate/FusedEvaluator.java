// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.ExactLocalLayer;
import io.pascaline.layers.plan.FusedFunctionLayer;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.FusedProductLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import java.util.List;

/**
 * The meaning of a network of the fused suite, in plaintext and in integers: what a secure run
 * computes, but for the few units in the last place that activation steps may be off by. Linear and
 * local layers and products are exact in Z_2^32; an activation is {@code f(y) * 2^fx} rounded to
 * the nearest integer, in double arithmetic that every JVM rounds alike. For whoever owns the
 * weights: tests, checks, calibration. Thread-safe.
 */
public final class FusedEvaluator {
  private final FusedNetwork network;
  private final LinearKernel kernel = LinearKernels.best();
  private final PackedWeights[] packed;
  private final WorkSplitter splitter;

  /** Prepares a network for the caller's thread alone. */
  public FusedEvaluator(FusedNetwork network) {
    this(network, WorkSplitter.sequential());
  }

  /**
   * Prepares a network.
   *
   * @param network read, not copied; its weights are packed
   * @param splitter brings threads for linear layers
   */
  public FusedEvaluator(FusedNetwork network, WorkSplitter splitter) {
    this.network = network;
    this.splitter = splitter;
    this.packed = new PackedWeights[network.plan().layers().size()];
    for (PlanLayer layer : network.plan().layers()) {
      if (layer instanceof FusedLinearLayer linear) {
        packed[layer.id()] = kernel.pack(linear.map(), network.weights(layer.id()));
      }
    }
  }

  /** Returns the public part of the network. */
  public NetworkPlan plan() {
    return network.plan();
  }

  /** Returns a client's input as words; see {@link NetworkPlan#encodeInput}. */
  public int[] encodeInput(float[] input) {
    return plan().encodeInput(input);
  }

  /** Returns the output in real numbers; see {@link NetworkPlan#decodeOutput}. */
  public float[] decodeOutput(int[] words) {
    return plan().decodeOutput(words);
  }

  /** From real input to real output. */
  public float[] infer(float[] input) {
    return decodeOutput(run(encodeInput(input)));
  }

  /** Returns the output words for input words. */
  public int[] run(int[] inputWords) {
    int[][] outputs = runAll(inputWords);
    return outputs[outputs.length - 1];
  }

  /**
   * Runs the network and keeps every layer's output.
   *
   * @param inputWords of the plan's input shape; not written
   * @return by layer id
   * @throws IllegalArgumentException if the length is wrong
   */
  public int[][] runAll(int[] inputWords) {
    requireInput(plan(), inputWords);
    int[][] outputs = new int[plan().layers().size()][];
    for (PlanLayer layer : plan().layers()) {
      outputs[layer.id()] = apply(layer, inputsOf(layer, inputWords, outputs));
    }
    return outputs;
  }

  static void requireInput(NetworkPlan plan, int[] inputWords) {
    if (inputWords.length != plan.inputShape().elementCount()) {
      throw new IllegalArgumentException(
          "input has "
              + inputWords.length
              + " words, must have "
              + plan.inputShape().elementCount());
    }
  }

  static int[][] inputsOf(PlanLayer layer, int[] inputWords, int[][] outputs) {
    List<Integer> producers = layer.inputs();
    int[][] inputs = new int[producers.size()][];
    for (int i = 0; i < inputs.length; i++) {
      int producer = producers.get(i);
      inputs[i] = producer == PlanLayer.NETWORK_INPUT ? inputWords : outputs[producer];
    }
    return inputs;
  }

  /**
   * Runs one layer.
   *
   * @param layer of this network's plan
   * @param inputs the words of each of its inputs; not written
   * @return a new array
   */
  public int[] apply(PlanLayer layer, int[]... inputs) {
    return switch (layer.kind()) {
      case FUSED_LINEAR -> linear((FusedLinearLayer) layer, inputs[0]);
      case FUSED_ACTIVATION, FUSED_HARMONIC -> function((FusedFunctionLayer) layer, inputs[0]);
      case FUSED_PRODUCT -> ((FusedProductLayer) layer).product().multiply(inputs[0], inputs[1]);
      case FUSED_SUM_POOL, JOIN, VIEW, CONCAT -> ((ExactLocalLayer) layer).apply(inputs);
      case CLASSIC_LINEAR, CLASSIC_ACTIVATION, CLASSIC_MEAN_POOL ->
          throw new IllegalArgumentException("layer " + layer.id() + " is of the classic suite");
    };
  }

  private int[] linear(FusedLinearLayer layer, int[] input) {
    int[] output = new int[layer.outputShape().elementCount()];
    kernel.apply(packed[layer.id()], input, output, splitter);
    int[] bias = network.biasOrNull(layer.id());
    if (bias != null) {
      int plane = output.length / bias.length;
      for (int i = 0; i < output.length; i++) {
        output[i] += bias[i / plane];
      }
    }
    return output;
  }

  private static int[] function(FusedFunctionLayer layer, int[] input) {
    int[] words = layer.scaledInput(input);
    double[] values = layer.activation().valueUlps(words);
    for (int i = 0; i < words.length; i++) {
      words[i] = (int) (long) Math.rint(values[i]);
    }
    return words;
  }

  /**
   * Returns how far a secure run's output can be from {@link #run}, by output element, in units of
   * the output's last place. Rigorous and specific to this input; infinite if some layer's range
   * may be left. Costs a few times a plain run.
   *
   * <p>A worst case over all masks grows with the product of the layers' absolute row sums, so it
   * says much about shallow networks and little beyond some ten layers, where it ends up infinite
   * although real deviations stay small. Deep networks are better compared with their meaning layer
   * by layer, each on its actual input.
   */
  public double[] errorBoundUlps(int[] inputWords) {
    return audit(inputWords).outputErrorUlps();
  }

  /** Error bounds and range violations of one input. */
  public RangeAudit audit(int[] inputWords) {
    return new ErrorPropagation(this, network).run(inputWords);
  }
}
