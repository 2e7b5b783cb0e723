// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.PlaintextEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Replaces a network's functions with harmonics, and chooses their number for each layer.
 *
 * <p>The effect of a layer on the outputs is measured on a few inputs, with only that layer
 * approximated. It is assumed to be proportional to the error of the layer's fit, and effects of
 * different layers are assumed to add in squares. Terms are added where they reduce the sum most
 * per byte, until it is within the budget. Then the effect of all layers together is measured. If
 * it exceeds the budget, the choice is repeated with a smaller target.
 */
public final class Approximator {
  private static final int PROBE_TERMS = 4;
  private static final int MIN_TERMS = 2;
  private static final int MAX_INPUTS = 16;
  private static final int ATTEMPTS = 4;

  /** Lets a repeated choice end within the budget. */
  private static final double SLIGHTLY_LESS = 0.98;

  /** Where the budget cannot be kept, the last fortieth of the error is not worth its bytes. */
  private static final double NEARLY_LEAST = 1.05;

  /** How many more terms for one layer are considered at a time, as errors fall in steps. */
  private static final int LOOKAHEAD = 3;

  private final NetworkGraph graph;
  private final Approximation settings;
  private final List<FunctionLayerFit> layers = new ArrayList<>();
  private final List<float[]> inputs;
  private final int probeCount;
  private final PlaintextEngine engine;

  private Approximator(
      NetworkGraph graph,
      List<float[]> inputs,
      Map<String, InputHistogram> histograms,
      double safetyFactor,
      Approximation settings,
      PlaintextEngine engine) {
    this.graph = graph;
    this.engine = engine;
    this.settings = settings;
    for (GraphNode node : graph.nodes()) {
      if (FunctionLayerFit.isFunction(node) && histograms.containsKey(node.name())) {
        layers.add(new FunctionLayerFit(node, histograms.get(node.name()), safetyFactor));
      }
    }
    this.inputs = sample(inputs);
    // Few enough that measuring all layers takes about twice as long as calibration.
    int affordable = layers.isEmpty() ? 1 : Math.max(1, 4 * inputs.size() / layers.size());
    this.probeCount = Math.min(affordable, this.inputs.size());
  }

  /**
   * Approximates a network.
   *
   * @param graph the network
   * @param inputs typical inputs, at least one
   * @param histograms of the inputs of functions, by the names of their nodes; functions without
   *     one are not approximated
   * @param safetyFactor by which factor the layer bounds must exceed the values of the histograms
   * @param settings not OFF
   * @param engine runs the network to measure effects
   * @return the network; it is the same on every machine if the outputs of the engine are the same
   */
  public static ApproximatedNetwork approximate(
      NetworkGraph graph,
      List<float[]> inputs,
      Map<String, InputHistogram> histograms,
      double safetyFactor,
      Approximation settings,
      PlaintextEngine engine) {
    Approximator approximator =
        new Approximator(graph, inputs, histograms, safetyFactor, settings, engine);
    return switch (settings.mode()) {
      case AUTO -> approximator.chosen();
      case FIXED -> approximator.fixed();
      case OFF -> throw new IllegalArgumentException("settings are OFF");
    };
  }

  private static List<float[]> sample(List<float[]> all) {
    int count = Math.min(MAX_INPUTS, all.size());
    List<float[]> sample = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sample.add(all.get((int) ((long) i * all.size() / count)));
    }
    return sample;
  }

  private ApproximatedNetwork fixed() {
    List<LayerApproximation> result =
        ofEach(layer -> layers.get(layer).approximation(settings.terms(), Double.NaN));
    NetworkGraph approximated = with(result);
    return new ApproximatedNetwork(approximated, result, effect().of(approximated));
  }

  private OutputEffect effect() {
    return new OutputEffect(engine, graph, inputs, probeCount);
  }

  private ApproximatedNetwork chosen() {
    OutputEffect effect = effect();
    double[] probed =
        effect.ofEach(ofEach(layer -> layers.get(layer).approximation(PROBE_TERMS, Double.NaN)));
    double[] gains = new double[layers.size()];
    for (int i = 0; i < gains.length; i++) {
      double error = layers.get(i).error(PROBE_TERMS);
      gains[i] = error > 0 ? probed[i] / error : 0;
    }
    double target = settings.budget();
    ApproximatedNetwork best = null;
    int[] before = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int[] terms = terms(gains, target);
      if (Arrays.equals(terms, before)) {
        // No choice keeps the budget, so a smaller target would change nothing.
        return best;
      }
      before = terms;
      List<LayerApproximation> result =
          ofEach(
              i -> {
                FunctionLayerFit layer = layers.get(i);
                return layer.approximation(terms[i], gains[i] * layer.error(terms[i]));
              });
      double expected = 0;
      for (int i = 0; i < terms.length; i++) {
        expected += squaredEffect(i, gains, terms[i]);
      }
      NetworkGraph approximated = with(result);
      ApproximatedNetwork next =
          new ApproximatedNetwork(approximated, result, effect.of(approximated));
      if (next.effect() <= settings.budget()) {
        return next;
      }
      if (best == null || next.effect() < best.effect()) {
        best = next;
      }
      // What was expected may have been below the target already: fewer terms than the least do
      // not exist.
      double excess = next.effect() / settings.budget();
      target = Math.min(target, Math.sqrt(expected)) / excess * SLIGHTLY_LESS;
    }
    return best;
  }

  /** Fits layers on all cores: they have nothing in common. */
  private List<LayerApproximation> ofEach(IntFunction<LayerApproximation> fit) {
    try {
      return IntStream.range(0, layers.size()).parallel().mapToObj(fit).toList();
    } catch (IllegalArgumentException e) {
      // Of another thread's exception the stream makes a copy with another message.
      throw e.getCause() instanceof IllegalArgumentException cause ? cause : e;
    }
  }

  /**
   * Returns the terms with the fewest bytes whose sum of squared effects is at most the target's
   * square. If no choice reaches it, returns the fewest whose sum is close to the smallest possible
   * sum.
   */
  private int[] terms(double[] gains, double target) {
    int[] terms = termsForSum(gains, target * target);
    double least = 0;
    for (int i = 0; i < terms.length; i++) {
      least += squaredEffect(i, gains, terms[i]);
    }
    return least > target * target ? termsForSum(gains, NEARLY_LEAST * least) : terms;
  }

  private int[] termsForSum(double[] gains, double most) {
    int[] terms = new int[gains.length];
    Arrays.fill(terms, MIN_TERMS);
    double sum = 0;
    for (int i = 0; i < terms.length; i++) {
      sum += squaredEffect(i, gains, MIN_TERMS);
    }
    while (sum > most) {
      int layer = -1;
      int step = 0;
      double maxPerByte = 0;
      for (int i = 0; i < terms.length; i++) {
        for (int d = 1; d <= LOOKAHEAD && terms[i] + d <= Approximation.MAX_TERMS; d++) {
          double saved = squaredEffect(i, gains, terms[i]) - squaredEffect(i, gains, terms[i] + d);
          double perByte = saved / ((double) d * layers.get(i).elementCount());
          if (perByte > maxPerByte) {
            maxPerByte = perByte;
            layer = i;
            step = d;
          }
        }
      }
      if (layer < 0) {
        return terms;
      }
      sum -= squaredEffect(layer, gains, terms[layer]);
      terms[layer] += step;
      sum += squaredEffect(layer, gains, terms[layer]);
    }
    return terms;
  }

  private double squaredEffect(int layer, double[] gains, int terms) {
    double effect = gains[layer] * layers.get(layer).error(terms);
    return effect * effect;
  }

  /** Returns the network with these in place. */
  private NetworkGraph with(List<LayerApproximation> replacements) {
    Map<String, GraphNode> byName = new HashMap<>();
    for (LayerApproximation replacement : replacements) {
      byName.put(replacement.layer(), replacement.node());
    }
    List<GraphNode> nodes = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      nodes.add(byName.getOrDefault(node.name(), node));
    }
    return graph.withNodes(nodes);
  }
}
