// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks whose layers have weights of very different size. */
class EvenScalesTest {
  private static final Shape SIX = Shape.of(6);

  private final SplittableRandom random = new SplittableRandom(20260909);

  private LinearNode linear(String name, String input, double scale) {
    float[] weights = new float[36];
    float[] bias = new float[6];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (scale * random.nextDouble(-1, 1));
      bias[i % 6] = (float) (scale * random.nextDouble(-0.1, 0.1));
    }
    return new LinearNode(name, List.of(input), new MatrixProduct(6, 6), weights, bias);
  }

  private static ReluNode relu(String name, String input) {
    return new ReluNode(name, List.of(input), SIX);
  }

  private static NetworkGraph graph(GraphNode... nodes) {
    return new NetworkGraph("n", "input", SIX, List.of(nodes), nodes[nodes.length - 1].name());
  }

  private List<float[]> inputs() {
    List<float[]> inputs = new ArrayList<>();
    for (int n = 0; n < 8; n++) {
      float[] input = new float[6];
      for (int i = 0; i < input.length; i++) {
        input[i] = (float) random.nextDouble(-1, 1);
      }
      inputs.add(input);
    }
    return inputs;
  }

  private static Map<String, Double> largest(NetworkGraph graph, List<float[]> inputs) {
    FloatEvaluator evaluator = new FloatEvaluator(graph);
    Map<String, Double> largest = new HashMap<>();
    for (float[] input : inputs) {
      evaluator.forEachTensor(
          input,
          (tensor, values) -> {
            for (float value : values) {
              largest.merge(tensor, (double) Math.abs(value), Math::max);
            }
          });
    }
    return largest;
  }

  private void assertEvened(NetworkGraph graph, String... tensors) {
    List<float[]> inputs = inputs();
    NetworkGraph even = EvenScales.of(graph, largest(graph, inputs));
    for (float[] input : inputs) {
      assertArrayEquals(new FloatEvaluator(graph).run(input), new FloatEvaluator(even).run(input));
    }
    Map<String, Double> after = largest(even, inputs);
    for (String tensor : tensors) {
      double value = after.get(tensor);
      assertTrue(value > 0.1 && value <= 1, tensor + " reaches " + value);
    }
    assertEquals(after.keySet(), largest(graph, inputs).keySet());
    assertSame(even, EvenScales.of(even, after));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-9, 1e-4, 1e4, 1e9})
  void shouldScaleALayerAndItsReadersInverselyWithTheSameAnswers(double scale) {
    assertEvened(
        graph(
            linear("a", "input", scale),
            relu("b", "a"),
            linear("c", "b", 1 / scale),
            relu("d", "c"),
            linear("e", "d", 1)),
        "a");
  }

  @Test
  void shouldScaleTensorsThatAreJoinedAlike() {
    Concatenation both = new Concatenation(List.of(SIX, SIX), 0);
    Shape twelve = Shape.of(12);
    assertEvened(
        graph(
            linear("a", "input", 1e-5),
            linear("b", "input", 3e-5),
            new AddNode("sum", List.of("a", "b"), SIX, true),
            relu("active", "sum"),
            new ConcatNode("joined", List.of("active", "b"), both),
            new ViewNode("half", List.of("joined"), TensorView.along(twelve, 0, 0, 2, 6, false), 0),
            new AffineNode(
                "affine", List.of("half"), SIX, new float[] {1e5f, 1, 2, 3, 4, 5}, new float[6]),
            linear("end", "affine", 1)),
        "b");
  }

  @Test
  void shouldLeaveWhatHasAScaleOfItsOwn() {
    PolynomialBasis square = new PolynomialBasis(0, 0, 1);
    NetworkGraph polynomial =
        graph(
            linear("a", "input", 1e-5),
            new ActivationNode("b", List.of("a"), SIX, square),
            linear("c", "b", 1e9));
    NetworkGraph padded =
        graph(
            linear("a", "input", 1e-5),
            new ViewNode("b", List.of("a"), TensorView.along(SIX, 0, 1, 1, 6, false), 1e-5f),
            linear("c", "b", 1e5));
    NetworkGraph output = graph(linear("a", "input", 1e-5), relu("b", "a"));
    NetworkGraph usual = graph(linear("a", "input", 0.1), relu("b", "a"), linear("c", "b", 10));

    for (NetworkGraph graph : List.of(polynomial, padded, output, usual)) {
      assertSame(graph, EvenScales.of(graph, largest(graph, inputs())));
    }
  }
}
