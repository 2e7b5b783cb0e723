// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.approximate.LayerApproximation;
import io.pascaline.layers.check.LocalReport;
import io.pascaline.layers.check.LocalRun;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.layers.plaintext.OutputSpread;
import io.pascaline.layers.plan.HarmonicActivationLayer;
import io.pascaline.layers.plan.PlanLayer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks whose functions the compiler approximates. */
class ApproximationTest {
  private static final FusedSettings STANDARD = FusedSettings.standard();

  /** ReLU on maps, on pooled sums with an odd divisor, and on a vector. */
  private static NetworkGraph network(long seed) {
    GraphSketch s = new GraphSketch(seed, 2, 8, 8);
    String stem = s.relu(s.conv("input", 4, 3, 1, 1, 1));
    String sum = s.relu(s.sum(s.affine(s.conv(stem, 4, 3, 1, 1, 1)), stem));
    String pooled = s.relu(s.pool(s.conv(sum, 6, 3, 1, 1, 1), 3, 2, 0));
    String vector = s.relu(s.full(s.flat(s.globalPool(pooled)), 8));
    return s.graph(s.full(vector, 5));
  }

  private static List<float[]> inputs(NetworkGraph graph, long seed) {
    return GraphSketch.inputs(graph, seed, 24);
  }

  private static FusedNetwork compile(long seed, Approximation approximation) {
    NetworkGraph graph = network(seed);
    return FusedCompiler.compile(
        graph, inputs(graph, seed), STANDARD.withApproximation(approximation));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldComputeTheApproximatedNetworkAndCostWhatThePlanSays(long seed) {
    FusedNetwork network = compile(seed, Approximation.auto());
    FloatEvaluator meaning = new FloatEvaluator(network.approximated().orElseThrow().graph());
    FusedEvaluator integers = new FusedEvaluator(network);
    LocalRun run = LocalRun.of(network);
    // Weights have 7 bits and more, activations 12 bits behind the point.
    double tolerance = 0.05;
    for (float[] input : inputs(network(seed), seed + 100).subList(0, 4)) {
      LocalReport report = run.run(input);
      float[] expected = meaning.run(input);

      assertTrue(report.ok(), "seed " + seed + ": " + report);
      assertEquals(network.plan().costs().rounds(), report.rounds());
      assertEquals(network.plan().costs().offlineBytes(), report.correctionBytes());
      assertArrayEquals(expected, integers.infer(input), (float) tolerance, "seed " + seed);
      assertArrayEquals(expected, report.output(), (float) tolerance, "seed " + seed);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.02, 0.005})
  void shouldKeepTheBudgetAndSpendLessOnALargerOne(double budget) {
    for (long seed = 1; seed <= 3; seed++) {
      FusedNetwork network = compile(seed, Approximation.auto(budget));
      FusedNetwork looser = compile(seed, Approximation.auto(4 * budget));

      double effect = network.approximated().orElseThrow().effect();
      boolean warned =
          network.warnings().stream()
              .anyMatch(warning -> warning.kind() == CompilerWarning.Kind.BUDGET);
      // The tightest budget is below what the most terms reach where an output hardly varies.
      assertEquals(effect > budget, warned, "seed " + seed + ", effect " + effect);
      assertTrue(
          effect <= Math.max(budget, Approximation.STANDARD_BUDGET),
          "seed " + seed + ", effect " + effect);
      assertEquals(4, layers(network).size());
      assertTrue(
          looser.plan().costs().offlineBytes() <= network.plan().costs().offlineBytes(),
          "seed " + seed);
    }
  }

  /** The compiler measures single layers on fewer inputs if there are few inputs for each layer. */
  @Test
  void shouldStateTheErrorOfAllInputsOfADeepNetwork() {
    GraphSketch s = new GraphSketch(7, 2, 8, 8);
    String features = s.relu(s.conv("input", 4, 3, 1, 1, 1));
    for (int i = 0; i < 11; i++) {
      features = s.relu(s.sum(s.conv(features, 4, 3, 1, 1, 1), features));
    }
    NetworkGraph graph = s.graph(s.full(s.flat(s.globalPool(features)), 5));
    List<float[]> typical = GraphSketch.inputs(graph, 7, 10);

    FusedNetwork network = FusedCompiler.compile(graph, typical, STANDARD);

    FloatEvaluator given = new FloatEvaluator(graph);
    FloatEvaluator meaning = new FloatEvaluator(network.approximated().orElseThrow().graph());
    OutputSpread spread = OutputSpread.of(typical.stream().map(given::run).toList());
    double squares = 0;
    for (float[] input : typical) {
      squares += spread.squaredError(given.run(input), meaning.run(input));
    }
    double effect = network.approximated().orElseThrow().effect();
    assertEquals(spread.rootMean(squares, 10), effect, 0.01 * effect);
    assertTrue(effect <= Approximation.STANDARD_BUDGET, "effect " + effect);
  }

  @Test
  void shouldGiveEachLayerAsManyTermsAsAsked() {
    FusedNetwork network = compile(1, Approximation.fixed(5));

    for (LayerApproximation layer : layers(network)) {
      assertEquals(80, layer.correctionBytesPerElement(), layer.layer());
      PlanLayer compiled =
          network.plan().layers().stream()
              .filter(candidate -> candidate.name().equals(layer.layer()))
              .findFirst()
              .orElseThrow();
      HarmonicActivationLayer step = (HarmonicActivationLayer) compiled;
      assertEquals(layer.node().function(), step.activation().function());
      assertEquals(layer.node().period(), step.activation().period());
      assertEquals(
          80L * step.outputShape().elementCount(),
          network.plan().costs().layers().get(step.id()).offlineBytes());
    }
  }

  /** Overlapping windows of 3x3: two levels along each side, and the ReLU moves behind them. */
  @Test
  void shouldApproximateMaxima() {
    GraphSketch s = new GraphSketch(5, 2, 8, 8);
    String pooled = s.maxPool(s.relu(s.conv("input", 4, 3, 1, 1, 1)), 3, 2, 1);
    NetworkGraph graph = s.graph(s.full(s.flat(pooled), 5));
    List<float[]> inputs = inputs(graph, 5);
    FusedNetwork network = FusedCompiler.compile(graph, inputs, STANDARD);

    assertEquals(5, layers(network).size());
    assertEquals(7, network.plan().costs().rounds());
    assertTrue(network.approximated().orElseThrow().effect() <= Approximation.STANDARD_BUDGET);
    assertTrue(LocalRun.of(network).run(inputs.get(0)).ok());
  }

  @Test
  void shouldTellChannelsAndElementsOfVectorsApart() {
    List<LayerApproximation> layers = layers(compile(1, Approximation.fixed(3)));

    assertEquals(4, layers.get(0).node().function().channelCount());
    assertEquals(8, layers.get(3).node().function().channelCount());
  }

  /** ReLU lets factors of its input pass, so both networks compute the same. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldKeepTheBudgetWhereRangesOfAVectorDiffer(long seed) {
    GraphSketch s = new GraphSketch(seed, 2, 8, 8);
    String vector = s.full(s.flat(s.relu(s.conv("input", 4, 3, 1, 1, 1))), 24);
    NetworkGraph even = s.graph(s.full(s.relu(vector), 5));
    NetworkGraph uneven = rescaled(even, vector);
    List<float[]> typical = GraphSketch.inputs(even, seed, 200);
    FusedNetwork network = FusedCompiler.compile(uneven, typical, STANDARD);
    FusedNetwork usual = FusedCompiler.compile(even, typical, STANDARD);
    float[] input = typical.get(0);

    float[] expected = new FloatEvaluator(even).run(input);
    assertArrayEquals(expected, new FloatEvaluator(uneven).run(input), 1e-4f, "seed " + seed);
    assertTrue(network.approximated().orElseThrow().effect() <= Approximation.STANDARD_BUDGET);
    // A few terms more for what the layers' common range takes from the narrow elements.
    assertTrue(
        network.plan().costs().offlineBytes() <= 1.25 * usual.plan().costs().offlineBytes(),
        "seed " + seed);
  }

  /** Multiplies the elements of a vector by 2^-3 to 2^3, and divides what is read from them. */
  private static NetworkGraph rescaled(NetworkGraph graph, String vector) {
    List<GraphNode> nodes = new ArrayList<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      GraphNode node = graph.nodes().get(i);
      boolean writes = node.name().equals(vector);
      if (writes || i == graph.nodes().size() - 1) {
        LinearNode linear = (LinearNode) node;
        float[] weights = linear.weights().clone();
        float[] bias = linear.biasOrNull() == null ? null : linear.biasOrNull().clone();
        int columns = linear.map().weightShape().dim(1);
        for (int k = 0; k < weights.length; k++) {
          int element = writes ? k / columns : k % columns;
          weights[k] *= (float) Math.scalb(1.0, (writes ? 1 : -1) * (element % 7 - 3));
        }
        for (int k = 0; writes && bias != null && k < bias.length; k++) {
          bias[k] *= (float) Math.scalb(1.0, k % 7 - 3);
        }
        node = new LinearNode(linear.name(), linear.inputs(), linear.map(), weights, bias);
      }
      nodes.add(node);
    }
    return graph.withNodes(nodes);
  }

  @Test
  void shouldCompileToTheSameBytesEachTime() {
    assertArrayEquals(
        compile(4, Approximation.auto()).plan().encode(),
        compile(4, Approximation.auto()).plan().encode());
  }

  @Test
  void shouldWarnOfAPoorFit() {
    FusedNetwork network = compile(2, Approximation.fixed(1));

    assertTrue(
        network.warnings().stream().anyMatch(w -> w.kind() == CompilerWarning.Kind.FIT),
        network.warnings().toString());
  }

  @Test
  void shouldWarnWhereNoNumberOfTermsKeepsTheBudget() {
    long spent = 0;
    long most = 0;
    for (long seed = 1; seed <= 3; seed++) {
      FusedNetwork network = compile(seed, Approximation.auto(1e-9));
      FusedNetwork finest = compile(seed, Approximation.fixed(Approximation.MAX_TERMS));
      spent += network.plan().costs().offlineBytes();
      most += finest.plan().costs().offlineBytes();

      assertTrue(
          network.warnings().stream().anyMatch(w -> w.kind() == CompilerWarning.Kind.BUDGET),
          network.warnings().toString());
      // A twentieth more in squares by what is expected, which is right to a tenth.
      assertTrue(
          network.approximated().orElseThrow().effect()
              <= 1.15 * finest.approximated().orElseThrow().effect(),
          "seed " + seed);
    }
    assertTrue(spent < most, "spends bytes that bring nothing");
  }

  @Test
  void shouldRefuseFunctionsWhereApproximationIsOff() {
    ModelCompileException refusal =
        assertThrows(ModelCompileException.class, () -> compile(1, Approximation.off()));

    assertTrue(refusal.getMessage().contains("--suite classic"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("--approximate auto"), refusal.getMessage());
  }

  @Test
  void shouldRefuseSettingsOutOfRange() {
    assertThrows(IllegalArgumentException.class, () -> Approximation.fixed(0));
    assertThrows(IllegalArgumentException.class, () -> Approximation.fixed(21));
    assertThrows(IllegalArgumentException.class, () -> Approximation.auto(0));
    assertThrows(IllegalArgumentException.class, () -> Approximation.auto(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> Approximation.auto(1.5));
  }

  private static List<LayerApproximation> layers(FusedNetwork network) {
    return network.approximated().orElseThrow().layers();
  }
}
