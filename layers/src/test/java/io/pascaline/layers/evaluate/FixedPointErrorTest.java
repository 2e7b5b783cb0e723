// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Rounding that no layer's own values show. */
class FixedPointErrorTest {
  private static final long SEED = 20261001;
  private static final Shape SIX = Shape.of(6);

  private final SplittableRandom random = new SplittableRandom(SEED);

  private LinearNode linear(String name, String input) {
    float[] weights = new float[36];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextDouble(-1, 1);
    }
    return new LinearNode(name, List.of(input), new MatrixProduct(6, 6), weights, null);
  }

  private static AffineNode shift(String name, String input, float shift) {
    float[] ones = new float[6];
    float[] shifts = new float[6];
    Arrays.fill(ones, 1);
    Arrays.fill(shifts, shift);
    return new AffineNode(name, List.of(input), SIX, ones, shifts);
  }

  /** Makes a network in which an offset comes and goes around a ReLU. */
  private NetworkGraph network(float offset) {
    return new NetworkGraph(
        "offset",
        "input",
        SIX,
        List.of(
            linear("a", "input"),
            shift("b", "a", offset),
            new ReluNode("c", List.of("b"), SIX),
            shift("d", "c", -offset),
            linear("e", "d")),
        "e");
  }

  private List<float[]> inputs() {
    List<float[]> inputs = new ArrayList<>();
    for (int n = 0; n < 3; n++) {
      float[] input = new float[6];
      for (int i = 0; i < input.length; i++) {
        input[i] = (float) random.nextDouble(-1, 1);
      }
      inputs.add(input);
    }
    return inputs;
  }

  @Test
  void shouldFindErrorsThatALaterLayerEnlarges() {
    List<float[]> inputs = inputs();
    NetworkGraph usual = network(1);
    NetworkGraph offset = network(1e5f);
    ClassicNetwork good = ClassicCompiler.compile(usual, inputs, ClassicSettings.standard());
    ClassicNetwork poor = ClassicCompiler.compile(offset, inputs, ClassicSettings.standard());

    assertTrue(FixedPointError.of(good, usual, inputs) < 0.01, "seed " + SEED);
    assertTrue(FixedPointError.of(poor, offset, inputs) > 0.05, "seed " + SEED);
  }

  @Test
  void shouldNotCountApproximations() {
    List<float[]> inputs = inputs();
    NetworkGraph graph = network(1);
    FusedNetwork network = FusedCompiler.compile(graph, inputs, FusedSettings.standard());
    NetworkGraph meaning = network.approximated().orElseThrow().graph();

    double error = FixedPointError.of(network, graph, inputs);

    assertEquals(FixedPointError.of(network, meaning, inputs), error);
    assertTrue(error > 0 && error < 0.05, "seed " + SEED + ": " + error);
  }

  @Test
  void shouldCompareWithTheSizeOfAnswersThatDoNotVary() {
    List<float[]> one = inputs().subList(0, 1);
    NetworkGraph single =
        new NetworkGraph(
            "one",
            "input",
            SIX,
            List.of(
                new LinearNode(
                    "a",
                    List.of("input"),
                    new MatrixProduct(6, 1),
                    new float[] {1, 2, 3, 4, 5, 6},
                    null)),
            "a");
    ClassicNetwork network = ClassicCompiler.compile(single, one, ClassicSettings.standard());
    float expected = new FloatEvaluator(single).run(one.get(0))[0];
    float found = new ClassicEvaluator(network).infer(one.get(0))[0];

    assertEquals(
        Math.abs(((double) found - expected) / expected),
        FixedPointError.of(network, single, one),
        1e-9);
  }
}
