// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.plan.FusedFunctionLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.runtime.OnnxRuntimeEngine;
import io.pascaline.protocols.activation.TrigonometricBasis;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The inputs of every activation on typical images, in plaintext, beside the compiled bounds.
 *
 * @param model the network's name
 * @param imageCount images looked at
 * @param activations in the order of the network
 */
public record RangeReport(String model, int imageCount, List<ActivationRange> activations) {
  /** B of a polynomial or ReLU unless the user says otherwise: the published fit's. */
  public static final double DEFAULT_RANGE = 5;

  private static final Pattern UNFOLDED = Pattern.compile("^node '([^']+)'");

  /** Copies the list. */
  public RangeReport {
    activations = List.copyOf(activations);
  }

  /**
   * Runs a network in plaintext on every image.
   *
   * @param graph the network
   * @param planOrNull the same network compiled, for bounds and margins
   * @param imageCount number of images, at least one
   * @param inputs normalised images by index
   * @param rangeOrNaN B of every activation; NaN for {@link #DEFAULT_RANGE}, and half the period of
   *     a trigonometric activation, the longest one of harmonics
   * @return the report
   */
  public static RangeReport of(
      NetworkGraph graph,
      NetworkPlan planOrNull,
      int imageCount,
      IntFunction<float[]> inputs,
      double rangeOrNaN) {
    if (imageCount < 1) {
      throw new IllegalArgumentException("imageCount is " + imageCount);
    }
    List<Tally> tallies = new ArrayList<>();
    Map<String, List<Tally>> byInput = new HashMap<>();
    for (GraphNode node : graph.nodes()) {
      boolean isFunction = node instanceof ReluNode || node instanceof FunctionNode;
      if (isFunction || node instanceof ActivationNode || node instanceof HarmonicNode) {
        Tally tally = new Tally(node, range(node, rangeOrNaN));
        tallies.add(tally);
        byInput.computeIfAbsent(node.inputs().get(0), input -> new ArrayList<>()).add(tally);
      }
    }
    new OnnxRuntimeEngine()
        .forEachTensor(
            graph,
            listed(imageCount, inputs),
            byInput.keySet(),
            (image, tensor, values) -> byInput.get(tensor).forEach(tally -> tally.take(values)));
    Map<String, FusedFunctionLayer> compiled = compiled(planOrNull);
    return new RangeReport(
        graph.name(),
        imageCount,
        tallies.stream().map(tally -> tally.row(compiled, planOrNull)).toList());
  }

  private static List<float[]> listed(int count, IntFunction<float[]> inputs) {
    return new AbstractList<>() {
      @Override
      public float[] get(int index) {
        return inputs.apply(index);
      }

      @Override
      public int size() {
        return count;
      }
    };
  }

  private static double range(GraphNode node, double rangeOrNaN) {
    if (!Double.isNaN(rangeOrNaN)) {
      return rangeOrNaN;
    }
    if (node instanceof HarmonicNode harmonics) {
      return longestPeriod(harmonics) / 2;
    }
    return node instanceof ActivationNode activation
            && activation.basis() instanceof TrigonometricBasis trigonometric
        ? trigonometric.period() / 2
        : DEFAULT_RANGE;
  }

  private static double longestPeriod(HarmonicNode node) {
    double longest = 0;
    for (int channel = 0; channel < node.function().channelCount(); channel++) {
      for (int k = 0; k < node.function().harmonicCount(); k++) {
        longest = Math.max(longest, node.period() / node.function().multiple(channel, k));
      }
    }
    return longest > 0 ? longest : Double.POSITIVE_INFINITY;
  }

  /** Returns the ONNX node's own name where the importer has unfolded a function. */
  private static String label(String name) {
    Matcher matcher = UNFOLDED.matcher(name);
    return matcher.find() ? matcher.group(1) : name;
  }

  private static Map<String, FusedFunctionLayer> compiled(NetworkPlan planOrNull) {
    Map<String, FusedFunctionLayer> compiled = new HashMap<>();
    if (planOrNull != null) {
      for (PlanLayer layer : planOrNull.layers()) {
        if (layer instanceof FusedFunctionLayer activation) {
          compiled.put(activation.name(), activation);
        }
      }
    }
    return compiled;
  }

  /** Counts the inputs of one activation. */
  private static final class Tally {
    private final GraphNode node;
    private final double range;
    private double largest;
    private long valueCount;
    private long outsideCount;
    private int imagesOutside;

    Tally(GraphNode node, double range) {
      this.node = node;
      this.range = range;
    }

    void take(float[] values) {
      long outside = 0;
      for (float value : values) {
        double magnitude = Math.abs(value);
        // Written so that NaN counts as outside and stays the largest.
        if (!(magnitude <= range)) {
          outside++;
        }
        largest = Math.max(largest, magnitude);
      }
      valueCount += values.length;
      outsideCount += outside;
      imagesOutside += outside > 0 ? 1 : 0;
    }

    ActivationRange row(Map<String, FusedFunctionLayer> compiled, NetworkPlan plan) {
      FusedFunctionLayer layer = compiled.get(node.name());
      double bound = Double.NaN;
      if (layer != null) {
        int producer = layer.inputs().get(0);
        // The plan's bound is on the producer's words, which may await a division.
        bound =
            producer == PlanLayer.NETWORK_INPUT
                ? layer.bound()
                : layer.bound() / plan.layers().get(producer).outputDivisor();
      }
      return new ActivationRange(
          label(node.name()),
          range,
          largest,
          valueCount,
          outsideCount,
          imagesOutside,
          bound,
          bound / largest);
    }
  }
}
