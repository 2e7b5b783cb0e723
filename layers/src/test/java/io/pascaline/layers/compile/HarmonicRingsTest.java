// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.check.LocalReport;
import io.pascaline.layers.check.LocalRun;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.OnnxImporter;
import io.pascaline.layers.onnx.write.OnnxWriter;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.layers.plan.HarmonicActivationLayer;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that bring harmonics along, calibrated with inputs that these were not fitted to. */
class HarmonicRingsTest {
  private static final long SEED = 20261201;

  /** Two ReLU, one of them behind a sum, as the compiler approximates them. */
  private static NetworkGraph approximated() {
    GraphSketch s = new GraphSketch(SEED, 2, 6, 6);
    String first = s.relu(s.conv("input", 4, 3, 1, 1, 1));
    String second = s.relu(s.sum(first, s.conv(first, 4, 3, 1, 1, 1)));
    NetworkGraph graph = s.graph(s.full(s.flat(second), 3));
    FusedSettings settings = FusedSettings.standard().withApproximation(Approximation.fixed(4));
    return FusedCompiler.compile(graph, GraphSketch.inputs(graph, SEED, 8), settings)
        .approximated()
        .orElseThrow()
        .graph();
  }

  private static List<float[]> inputs(NetworkGraph graph, float factor) {
    List<float[]> inputs = GraphSketch.inputs(graph, SEED + 1, 8);
    for (float[] input : inputs) {
      for (int i = 0; i < input.length; i++) {
        input[i] *= factor;
      }
    }
    return inputs;
  }

  /** Angles are multiples of a part of the period: this part must be the same number. */
  @ParameterizedTest(name = "inputs times {0}")
  @ValueSource(floats = {0.01f, 0.3f, 1, 3, 20})
  void shouldEvaluateTheVeryHarmonicsForOtherRanges(float factor) {
    NetworkGraph written = approximated();
    NetworkGraph graph =
        OnnxImporter.read(OnnxWriter.named(written, "x", "y").toByteArray(), "harmonics");
    List<float[]> inputs = inputs(graph, factor);

    FusedNetwork network = FusedCompiler.compile(graph, inputs, FusedSettings.standard());

    assertTrue(network.approximated().orElseThrow().layers().isEmpty());
    assertSameHarmonics(graph, network);
    LocalReport report = LocalRun.of(network).run(inputs.get(0));
    assertTrue(report.ok(), report::toString);
    float[] plain = new FloatEvaluator(graph).run(inputs.get(0));
    float[] secret = report.output();
    for (int i = 0; i < plain.length; i++) {
      assertEquals(plain[i], secret[i], 0.02 * largest(plain), "seed " + SEED);
    }
  }

  private static void assertSameHarmonics(NetworkGraph graph, FusedNetwork network) {
    List<HarmonicNode> nodes = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      if (node instanceof HarmonicNode harmonic) {
        nodes.add(harmonic);
      }
    }
    assertEquals(2, nodes.size());
    int found = 0;
    for (PlanLayer layer : network.plan().layers()) {
      if (layer instanceof HarmonicActivationLayer activation) {
        HarmonicNode node = nodes.get(found++);
        HarmonicFunction expected = node.function();
        HarmonicFunction actual = activation.activation().function();
        double ratio = activation.activation().period() / node.period();
        for (int c = 0; c < expected.channelCount(); c++) {
          assertEquals(expected.constant(c), actual.constant(c));
          assertEquals(expected.slope(c), actual.slope(c));
          for (int k = 0; k < expected.harmonicCount(); k++) {
            assertEquals(ratio * expected.multiple(c, k), actual.multiple(c, k));
            assertEquals(expected.cosine(c, k), actual.cosine(c, k));
            assertEquals(expected.sine(c, k), actual.sine(c, k));
          }
        }
      }
    }
    assertEquals(2, found);
  }

  @Test
  void shouldRefuseInputsThatNoMultipleIsLargeEnoughFor() {
    NetworkGraph graph = approximated();
    List<float[]> inputs = inputs(graph, 1e7f);

    ModelCompileException refusal =
        assertThrows(
            ModelCompileException.class,
            () -> FusedCompiler.compile(graph, inputs, FusedSettings.standard()));
    assertTrue(refusal.getMessage().contains("too large"), refusal.getMessage());
  }

  /** The words of a tensor suit the longest period; a short one would need too large a factor. */
  @Test
  void shouldRefusePeriodsOfOneTensorThatDifferTooMuch() {
    Shape shape = Shape.of(4);
    MatrixProduct map = new MatrixProduct(4, 4);
    float[] weights = new float[16];
    Arrays.fill(weights, 0x1p22f); // A tensor of so few fraction bits needs large weights.
    NetworkGraph graph =
        new NetworkGraph(
            "two periods",
            "x",
            shape,
            List.of(
                new LinearNode("product", List.of("x"), map, weights, null),
                wave("short", shape, 0x1p4),
                wave("long", shape, 0x1p36),
                new AddNode("sum", List.of("short", "long"), shape)),
            "sum");
    List<float[]> inputs = List.of(new float[] {1e-7f, -1e-7f, 5e-8f, 2e-8f});

    ModelCompileException refusal =
        assertThrows(
            ModelCompileException.class,
            () -> FusedCompiler.compile(graph, inputs, FusedSettings.standard()));
    assertTrue(
        refusal.getMessage().contains("the period of activation 'short'"), refusal::getMessage);
  }

  private static HarmonicNode wave(String name, Shape shape, double period) {
    HarmonicFunction function =
        new HarmonicFunction(
            1, 1, new int[] {1}, new double[1], new double[1], new double[] {1}, new double[1]);
    return new HarmonicNode(name, List.of("product"), shape, function, period);
  }

  private static double largest(float[] values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
