// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.plan.FusedActivationLayer;
import io.pascaline.layers.plan.HarmonicActivationLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.fused.HarmonicActivation;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Compiled networks whose activations are given random lines with harmonics, one per channel. */
public final class HarmonicSample {
  private HarmonicSample() {}

  /**
   * Returns the network with harmonics in place of each activation whose input awaits no division.
   * Their values stay near those of the activations, so that no later bound is left.
   */
  public static FusedNetwork of(FusedNetwork network, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<PlanLayer> layers = new ArrayList<>();
    int[][] weights = new int[network.plan().layers().size()][];
    int[][] biases = new int[weights.length][];
    for (PlanLayer layer : network.plan().layers()) {
      weights[layer.id()] = network.weights(layer.id());
      biases[layer.id()] = network.biasOrNull(layer.id());
      layers.add(
          layer instanceof FusedActivationLayer activation && isReplaced(network, activation)
              ? replacement(activation, random)
              : layer);
    }
    NetworkPlan plan = network.plan();
    return new FusedNetwork(
        new NetworkPlan(
            plan.name(), plan.inputShape(), plan.inputFractionBits(), plan.inputRange(), layers),
        weights,
        biases);
  }

  /** Returns a harmonic activation of a layer's output, at the layer's own scale. */
  public static HarmonicActivationLayer behind(PlanLayer producer) {
    HarmonicFunction function =
        new HarmonicFunction(
            1, 1, new int[] {1}, new double[1], new double[1], new double[] {1}, new double[1]);
    int id = producer.id() + 1;
    HarmonicActivation step =
        HarmonicActivation.plan(
            id, producer.outputShape(), function, producer.outputFractionBits(), 12);
    double bound = Math.scalb(1.0, 30 - producer.outputFractionBits());
    return new HarmonicActivationLayer(id, "waves", List.of(producer.id()), 1, step, bound);
  }

  private static boolean isReplaced(FusedNetwork network, FusedActivationLayer layer) {
    int producer = layer.inputs().get(0);
    return layer.activation().basis().termCount() > 1
        && (producer < 0 || network.plan().layers().get(producer).outputDivisor() == 1);
  }

  private static PlanLayer replacement(FusedActivationLayer layer, SplittableRandom random) {
    Shape shape = layer.activation().shape();
    int channels = random.nextInt(4) == 0 ? 1 : shape.dim(0);
    int harmonics = random.nextInt(1, 5);
    int entries = channels * harmonics;
    HarmonicFunction function =
        new HarmonicFunction(
            channels,
            harmonics,
            random.ints(entries, 1, 9).toArray(),
            random.doubles(channels, 0.2, 0.4).toArray(),
            random.doubles(channels, 0.4, 0.6).toArray(),
            random.doubles(entries, -0.05, 0.05).toArray(),
            random.doubles(entries, -0.05, 0.05).toArray());
    HarmonicActivation step =
        HarmonicActivation.plan(
            layer.id(), shape, function, layer.inputFractionBits(), layer.outputFractionBits());
    return new HarmonicActivationLayer(
        layer.id(), layer.name(), layer.inputs(), layer.inputMultiplier(), step, layer.bound());
  }
}
