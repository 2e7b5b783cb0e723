// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.evaluate.ClassicEvaluator;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.FloatEvaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever gets answers that rounding has moved by more than a fiftieth has been warned. */
class PrecisionTest {
  private static final int INPUTS = 32;
  private static final double FIFTIETH = 0.02;

  /** A ReLU lets factors through, so the network in plaintext is the same whatever the factor. */
  @ParameterizedTest(name = "seed {0}, factor 2^-{1}")
  @CsvSource({"1, 0", "1, 6", "1, 8", "1, 10", "1, 14", "2, 0", "2, 7", "2, 9", "3, 12", "4, 0"})
  void shouldWarnOfSmallWeights(long seed, int shift) {
    GraphSketch s = new GraphSketch(seed, 2, 6, 6);
    String stem = s.relu(s.conv("input", 4, 3, 1, 1, 1));
    String middle = s.conv(stem, 4, 3, 1, 1, 1);
    String end = s.full(s.flat(s.relu(middle)), 3);
    NetworkGraph graph = scaled(scaled(s.graph(end), middle, -shift, -shift), end, shift, 0);
    List<float[]> inputs = GraphSketch.inputs(graph, seed, INPUTS);

    ClassicNetwork network = ClassicCompiler.compile(graph, inputs, ClassicSettings.standard());

    double lost = lost(graph, inputs, new ClassicEvaluator(network)::infer);
    boolean warned = !network.warnings().isEmpty();
    assertTrue(warned || lost <= FIFTIETH, () -> "seed " + seed + " loses " + lost);
    if (shift == 0) {
      assertEquals(List.of(), network.warnings(), () -> "seed " + seed + " loses " + lost);
    }
    if (warned) {
      assertEquals(middle, network.warnings().get(0).layer());
    }
  }

  /** Far from 1, a layer between linear ones is scaled, and nothing is lost in either suite. */
  @ParameterizedTest(name = "seed {0}, factor 2^-{1}")
  @CsvSource({"1, 10", "1, 14", "2, 20", "3, 40", "1, -12", "2, -20"})
  void shouldKeepAnswersWhateverTheScaleBetweenLinearLayers(long seed, int shift) {
    GraphSketch s = new GraphSketch(seed, 2, 6, 6);
    String stem = s.relu(s.conv("input", 4, 3, 1, 1, 1));
    String middle = s.conv(stem, 4, 3, 1, 1, 1);
    String end = s.full(s.flat(s.relu(middle)), 3);
    NetworkGraph plain = s.graph(end);
    NetworkGraph graph = scaled(scaled(plain, middle, -shift, -shift), end, shift, 0);
    List<float[]> inputs = GraphSketch.inputs(graph, seed, INPUTS);

    ClassicNetwork classic = ClassicCompiler.compile(graph, inputs, ClassicSettings.standard());
    FusedNetwork fused = FusedCompiler.compile(graph, inputs, FusedSettings.standard());

    assertEquals(List.of(), classic.warnings());
    assertTrue(fused.warnings().stream().noneMatch(PrecisionTest::isOfBits));
    assertTrue(lost(graph, inputs, new ClassicEvaluator(classic)::infer) <= FIFTIETH / 10);
    // Beside rounding, the approximations may take their budget.
    double lost = lost(graph, inputs, new FusedEvaluator(fused)::infer);
    double unscaled =
        lost(
            plain,
            inputs,
            new FusedEvaluator(FusedCompiler.compile(plain, inputs, FusedSettings.standard()))
                ::infer);
    assertTrue(lost <= 2 * unscaled, () -> "seed " + seed + " loses " + lost + ", " + unscaled);
  }

  @ParameterizedTest(name = "seed {0}, inputs times {1}")
  @CsvSource({"1, 1", "1, 4", "1, 10", "2, 1", "2, 6", "3, 1", "3, 12"})
  void shouldWarnOfLargeValuesOfPolynomials(long seed, float factor) {
    GraphSketch s = new GraphSketch(seed, 2, 6, 6);
    String first = s.activation(s.conv("input", 4, 3, 1, 1, 1));
    String second = s.activation(s.conv(first, 4, 3, 1, 1, 1));
    NetworkGraph graph = s.graph(s.full(s.flat(second), 3));
    List<float[]> inputs = GraphSketch.inputs(graph, seed, INPUTS);
    for (float[] input : inputs) {
      for (int i = 0; i < input.length; i++) {
        input[i] *= factor;
      }
    }

    ClassicNetwork network = ClassicCompiler.compile(graph, inputs, ClassicSettings.standard());

    double lost = lost(graph, inputs, new ClassicEvaluator(network)::infer);
    boolean warned = !network.warnings().isEmpty();
    assertTrue(warned || lost <= FIFTIETH, () -> "seed " + seed + " loses " + lost);
    if (factor == 1) {
      assertFalse(warned, () -> network.warnings() + ", seed " + seed + " loses " + lost);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldWarnOfAnswersThatVaryLittleAroundALargeOffset(long seed) {
    GraphSketch s = new GraphSketch(seed, 2, 6, 6);
    String hidden = s.activation(s.conv("input", 4, 3, 1, 1, 1));
    String end = s.full(s.flat(hidden), 1);
    NetworkGraph plain = s.graph(end);
    List<float[]> inputs = GraphSketch.inputs(plain, seed, INPUTS);
    FusedNetwork centred = FusedCompiler.compile(plain, inputs, FusedSettings.standard());

    for (int shift = 2; shift <= 10; shift += 2) {
      NetworkGraph graph = offset(plain, end, (float) Math.scalb(1.0, shift));
      FusedNetwork network = FusedCompiler.compile(graph, inputs, FusedSettings.standard());
      double lost = lost(graph, inputs, new FusedEvaluator(network)::infer);
      boolean warned = network.warnings().stream().anyMatch(PrecisionTest::isOfBits);
      assertTrue(warned || lost <= FIFTIETH, "seed " + seed + ", " + shift + " loses " + lost);
    }
    assertTrue(centred.warnings().stream().noneMatch(PrecisionTest::isOfBits));
  }

  private static boolean isOfBits(CompilerWarning warning) {
    return warning.kind() == CompilerWarning.Kind.SIGNIFICANT_BITS;
  }

  private static NetworkGraph scaled(NetworkGraph graph, String layer, int shift, int biasShift) {
    return with(
        graph,
        layer,
        node ->
            new LinearNode(
                node.name(),
                node.inputs(),
                node.map(),
                times(node.weights(), shift),
                node.biasOrNull() == null ? null : times(node.biasOrNull(), biasShift)));
  }

  private static NetworkGraph offset(NetworkGraph graph, String layer, float offset) {
    return with(
        graph,
        layer,
        node ->
            new LinearNode(
                node.name(), node.inputs(), node.map(), node.weights(), new float[] {offset}));
  }

  private static NetworkGraph with(
      NetworkGraph graph, String layer, UnaryOperator<LinearNode> change) {
    List<GraphNode> nodes = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      nodes.add(node.name().equals(layer) ? change.apply((LinearNode) node) : node);
    }
    return new NetworkGraph(
        graph.name(), graph.inputName(), graph.inputShape(), nodes, graph.outputName());
  }

  private static float[] times(float[] values, int shift) {
    float[] scaled = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = Math.scalb(values[i], shift);
    }
    return scaled;
  }

  /** Returns the error of the answers over what they vary by, root mean squares. */
  private static double lost(
      NetworkGraph graph, List<float[]> inputs, UnaryOperator<float[]> compiled) {
    FloatEvaluator evaluator = new FloatEvaluator(graph);
    int count = graph.outputShape().elementCount();
    double[] sums = new double[count];
    double squares = 0;
    double errors = 0;
    for (float[] input : inputs) {
      float[] expected = evaluator.run(input);
      float[] found = compiled.apply(input);
      for (int k = 0; k < count; k++) {
        sums[k] += expected[k];
        squares += (double) expected[k] * expected[k];
        errors += Math.pow((double) found[k] - expected[k], 2);
      }
    }
    double variance = squares;
    for (double sum : sums) {
      variance -= sum * sum / inputs.size();
    }
    return Math.sqrt(errors / variance);
  }
}
