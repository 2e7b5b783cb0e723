// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plaintext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Numbers here are small integers, so that float arithmetic is exact and results must be equal
 * whatever the order of additions.
 */
class FloatEvaluatorTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void shouldConvolveAsDefined(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int groups = 1 + random.nextInt(3);
    Convolution2d map =
        new Convolution2d(
            groups * (1 + random.nextInt(3)),
            5 + random.nextInt(9),
            5 + random.nextInt(9),
            groups * (1 + random.nextInt(4)),
            1 + random.nextInt(3),
            1 + random.nextInt(3),
            1 + random.nextInt(3),
            1 + random.nextInt(3),
            random.nextInt(5),
            random.nextInt(5),
            random.nextInt(5),
            random.nextInt(5),
            1 + random.nextInt(2),
            1 + random.nextInt(2),
            groups);
    float[] weights = integers(random, map.weightShape().elementCount());
    float[] bias = integers(random, map.outputChannels());
    float[] input = integers(random, map.inputShape().elementCount());

    float[] output = evaluator(map, weights, bias).run(input);

    assertArrayEquals(direct(map, weights, bias, input), output, "seed " + seed + ": " + map);
  }

  @Test
  void shouldConvolveInSeveralBlocksOfRows() {
    SplittableRandom random = new SplittableRandom(20260105);
    Convolution2d map = new Convolution2d(20, 30, 31, 3, 5, 5, 1, 1, 2, 2, 2, 2, 1, 1, 1);
    float[] weights = integers(random, map.weightShape().elementCount());
    float[] bias = integers(random, map.outputChannels());
    float[] input = integers(random, map.inputShape().elementCount());

    assertArrayEquals(direct(map, weights, bias, input), evaluator(map, weights, bias).run(input));
  }

  @ParameterizedTest(name = "{0} inputs")
  @ValueSource(ints = {1, 3, 4, 5, 33})
  void shouldMultiplyMatrices(int inputCount) {
    SplittableRandom random = new SplittableRandom(inputCount);
    MatrixProduct map = new MatrixProduct(inputCount, 7);
    float[] weights = integers(random, 7 * inputCount);
    float[] input = integers(random, inputCount);
    float[] expected = new float[7];
    for (int i = 0; i < weights.length; i++) {
      expected[i / inputCount] += weights[i] * input[i % inputCount];
    }

    assertArrayEquals(expected, evaluator(map, weights, null).run(input));
  }

  @Test
  void shouldRunEveryKindOfNode() {
    Shape shape = Shape.of(2, 2, 2);
    List<GraphNode> nodes = new ArrayList<>();
    nodes.add(new AffineNode("a", List.of("x"), shape, new float[] {2, -1}, new float[] {1, 0}));
    nodes.add(new ActivationNode("b", List.of("a"), shape, new PolynomialBasis(1, 0, 1)));
    nodes.add(new AddNode("c", List.of("b", "x"), shape));
    nodes.add(new AveragePoolNode("d", List.of("c"), shape, 2, 1, 2, 1, 1, 0, 1, 0, true));
    nodes.add(new ReshapeNode("e", List.of("d"), Shape.of(2, 2, 2), Shape.of(8)));
    FloatEvaluator evaluator = new FloatEvaluator(new NetworkGraph("g", "x", shape, nodes, "e"));
    float[] input = {0, 1, 2, 3, 0, 1, 2, 3};

    // a = 1 3 5 7 / 0 -1 -2 -3, b = 2 10 26 50 / 1 2 5 10, c = 2 11 28 53 / 1 3 7 13, halves.
    assertArrayEquals(
        new float[] {1, 5.5f, 14, 26.5f, 0.5f, 1.5f, 3.5f, 6.5f}, evaluator.run(input));
    assertEquals(
        List.of("x", "a", "b", "c", "d", "e"), List.copyOf(evaluator.runAll(input).keySet()));
    assertArrayEquals(new float[] {2, 11, 28, 53, 1, 3, 7, 13}, evaluator.runAll(input).get("c"));
    assertArrayEquals(new float[] {0, 1, 2, 3, 0, 1, 2, 3}, input);
  }

  @Test
  void shouldDropTensorsThatNobodyReadsAnyMore() {
    Shape shape = Shape.of(1 << 16);
    List<GraphNode> nodes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      nodes.add(new ReluNode("y" + i, List.of(i == 0 ? "x" : "y" + (i - 1)), shape));
    }
    nodes.add(new AddNode("sum", List.of("y2", "y7"), shape));
    FloatEvaluator evaluator = new FloatEvaluator(new NetworkGraph("g", "x", shape, nodes, "sum"));
    Map<String, WeakReference<float[]>> seen = new LinkedHashMap<>();
    Set<String> held = new HashSet<>();

    evaluator.forEachTensor(
        new float[1 << 16],
        (tensor, values) -> {
          seen.put(tensor, new WeakReference<>(values));
          if (tensor.equals("y7")) {
            System.gc();
            seen.forEach(
                (name, reference) -> {
                  if (reference.get() != null) {
                    held.add(name);
                  }
                });
          }
        });

    assertEquals(List.of("x", "y0", "y1", "y2"), List.copyOf(seen.keySet()).subList(0, 4));
    held.remove("x"); // The caller's.
    assertEquals(Set.of("y2", "y6", "y7"), held);
  }

  @Test
  void shouldCompareExactly() {
    Shape shape = Shape.of(1, 3, 3);
    List<GraphNode> nodes = new ArrayList<>();
    nodes.add(new MaxPoolNode("a", List.of("x"), shape, 2, 2, 2, 2, 1, 1, 0, 0));
    nodes.add(new ReluNode("b", List.of("a"), Shape.of(1, 2, 2)));
    FloatEvaluator evaluator = new FloatEvaluator(new NetworkGraph("g", "x", shape, nodes, "b"));
    float[] input = {-5, -1, 3, -2, -4, 2, 7, -3, 1};

    // Windows: the corner alone, the rest of the first row, of the first column, and the rest.
    assertArrayEquals(new float[] {-5, 3, 7, 2}, evaluator.runAll(input).get("a"));
    assertArrayEquals(new float[] {0, 3, 7, 2}, evaluator.run(input));
  }

  @Test
  void shouldApplyTheFunctionOfEachChannel() {
    Shape shape = Shape.of(2, 1, 2);
    ScalarFunction relu = ScalarFunction.relu();
    ScalarFunction magnitude =
        new ScalarFunction.Applied(ScalarFunction.Operation.ABS, new ScalarFunction.Argument());
    List<GraphNode> nodes =
        List.of(new FunctionNode("a", List.of("x"), shape, List.of(relu, magnitude)));

    assertArrayEquals(
        new float[] {0, 2, 1, 2},
        new FloatEvaluator(new NetworkGraph("g", "x", shape, nodes, "a"))
            .run(new float[] {-1, 2, -1, 2}));
  }

  @Test
  void shouldNotHandTheCallersArrayBack() {
    List<GraphNode> nodes =
        List.of(new ReshapeNode("a", List.of("x"), Shape.of(2), Shape.of(1, 2)));
    float[] input = {1, 2};

    float[] output =
        new FloatEvaluator(new NetworkGraph("g", "x", Shape.of(2), nodes, "a")).run(input);

    assertNotSame(input, output);
    assertArrayEquals(input, output);
  }

  @Test
  void shouldRefuseInputsOfTheWrongLength() {
    FloatEvaluator evaluator = evaluator(new MatrixProduct(3, 1), new float[3], null);

    assertThrows(IllegalArgumentException.class, () -> evaluator.run(new float[4]));
    assertThrows(IllegalArgumentException.class, () -> evaluator.runAll(new float[2]));
  }

  private static FloatEvaluator evaluator(LinearMap map, float[] weights, float[] biasOrNull) {
    return new FloatEvaluator(
        new NetworkGraph(
            "g",
            "x",
            map.inputShape(),
            List.of(new LinearNode("y", List.of("x"), map, weights, biasOrNull)),
            "y"));
  }

  private static float[] integers(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(-9, 10);
    }
    return values;
  }

  private static float[] direct(Convolution2d map, float[] weights, float[] bias, float[] input) {
    int perGroup = map.inputChannels() / map.groups();
    float[] output = new float[map.outputShape().elementCount()];
    for (int i = 0; i < output.length; i++) {
      int column = i % map.outputWidth();
      int row = i / map.outputWidth() % map.outputHeight();
      int m = i / map.outputWidth() / map.outputHeight();
      int firstChannel = m / (map.outputChannels() / map.groups()) * perGroup;
      output[i] = bias[m];
      for (int tap = 0; tap < perGroup * map.kernelHeight() * map.kernelWidth(); tap++) {
        int tapColumn = tap % map.kernelWidth();
        int tapRow = tap / map.kernelWidth() % map.kernelHeight();
        int channel = firstChannel + tap / map.kernelWidth() / map.kernelHeight();
        int y = row * map.strideHeight() + tapRow * map.dilationHeight() - map.padTop();
        int x = column * map.strideWidth() + tapColumn * map.dilationWidth() - map.padLeft();
        if (y >= 0 && y < map.inputHeight() && x >= 0 && x < map.inputWidth()) {
          int weight = m * perGroup * map.kernelHeight() * map.kernelWidth() + tap;
          output[i] +=
              weights[weight] * input[(channel * map.inputHeight() + y) * map.inputWidth() + x];
        }
      }
    }
    return output;
  }
}
