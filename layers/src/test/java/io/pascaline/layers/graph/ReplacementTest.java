// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.compile.GraphSketch;
import io.pascaline.layers.compile.ModelCompileException;
import io.pascaline.layers.plaintext.FloatEvaluator;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplacementTest {
  private static final long SEED = 20260110;

  private final NetworkGraph exact = sketch(true, true);
  private final List<float[]> inputs = GraphSketch.inputs(exact, SEED, 2);

  @Test
  void shouldPutPolynomialsWhereReluStood() {
    NetworkGraph replaced = ReplaceRelu.with(sketch(true, false), ReplaceRelu.POLY4);

    assertArrayEquals(
        new FloatEvaluator(sketch(false, false)).run(inputs.get(0)),
        new FloatEvaluator(replaced).run(inputs.get(0)));
  }

  @Test
  void shouldLeaveMaxPoolsUnlessAsked() {
    NetworkGraph replaced = ReplaceRelu.with(exact, ReplaceRelu.POLY4);

    assertEquals(1, replaced.nodes().stream().filter(n -> n instanceof MaxPoolNode).count());
    assertArrayEquals(
        new FloatEvaluator(sketch(false, false)).run(inputs.get(0)),
        new FloatEvaluator(ReplaceMaxPool.withAverage(replaced)).run(inputs.get(0)));
  }

  @Test
  void shouldTellUsersOfTheFusedSuiteWhatToDo() {
    refused("(Relu)", "--suite classic", "--replace-relu poly4", exact);
    refused(
        "(MaxPool)",
        "--suite classic",
        "average pooling",
        ReplaceRelu.with(exact, ReplaceRelu.POLY4));
  }

  private void refused(String node, String first, String second, NetworkGraph graph) {
    FusedSettings exactly = FusedSettings.standard().withApproximation(Approximation.off());
    String message =
        assertThrows(
                ModelCompileException.class, () -> FusedCompiler.compile(graph, inputs, exactly))
            .getMessage();

    assertTrue(message.startsWith("node '") && message.contains(node), message);
    assertTrue(message.contains(first) && message.contains(second), message);
    assertEquals(1, message.lines().count(), message);
  }

  private static NetworkGraph sketch(boolean relu, boolean maxPool) {
    GraphSketch sketch = new GraphSketch(SEED, 2, 8, 8);
    String first = sketch.conv("input", 4, 3, 1, 1, 1);
    String active = relu ? sketch.relu(first) : sketch.activation(first, ReplaceRelu.POLY4);
    String pooled = maxPool ? sketch.maxPool(active, 2, 2, 0) : sketch.pool(active, 2, 2, 0);
    return sketch.graph(sketch.full(sketch.flat(pooled), 3));
  }

  /**
   * What is left of ReLU is orthogonal to 1, x and x^2 on [-5, 5], so that no parabola is nearer.
   */
  @Test
  void shouldFitReluBestAmongParabolas() {
    int steps = 100_000;
    for (int power = 0; power <= 2; power++) {
      double sum = 0;
      for (int i = 0; i < steps; i++) {
        double x = 10 * (i + 0.5) / steps - 5;
        double rest = Math.max(0, x) - ReplaceRelu.POLY2.value(x);
        sum += rest * Math.pow(x / 5, power) / steps;
      }
      // The midpoint rule is off by less than the square of the step.
      assertEquals(0, sum, 1e-8, "power " + power);
    }
  }

  @Test
  void shouldReplaceOnlyWhatIsChosen() {
    NetworkGraph exact = sketch(true, false);
    NetworkGraph replaced = ReplaceRelu.with(exact, ReplaceRelu.POLY4, name -> false);

    assertEquals(exact.nodes(), replaced.nodes());
  }
}
