// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.graph.ScalarFunction.Applied;
import io.pascaline.layers.graph.ScalarFunction.Argument;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Combined;
import io.pascaline.layers.graph.ScalarFunction.Constant;
import io.pascaline.layers.graph.ScalarFunction.Operation;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MaxTournamentTest {
  private static final ScalarFunction X = new Argument();

  private static NetworkGraph pool(PoolWindow window) {
    List<GraphNode> nodes = List.of(new MaxPoolNode("pool", List.of("x"), window));
    return new NetworkGraph("test", "x", window.inputShape(), nodes, "pool");
  }

  /** Of small integers, differences and sums are exact. */
  private static float[] integers(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(-1000, 1000);
    }
    return values;
  }

  private static PoolWindow window(SplittableRandom random) {
    int[] kernel = {1 + random.nextInt(12), 1 + random.nextInt(5)};
    return new PoolWindow(
        1 + random.nextInt(3),
        12 + random.nextInt(6),
        5 + random.nextInt(6),
        kernel[0],
        kernel[1],
        1 + random.nextInt(3),
        1 + random.nextInt(3),
        random.nextInt(kernel[0]),
        random.nextInt(kernel[1]),
        random.nextInt(kernel[0]),
        random.nextInt(kernel[1]));
  }

  /** Returns how many ReLUs stand one behind the other at most. */
  private static int rounds(NetworkGraph graph) {
    Map<String, Integer> depths = new HashMap<>();
    depths.put(graph.inputName(), 0);
    for (GraphNode node : graph.nodes()) {
      int depth = node.inputs().stream().mapToInt(depths::get).max().orElseThrow();
      depths.put(node.name(), depth + (node instanceof ReluNode ? 1 : 0));
    }
    return depths.get(graph.outputName());
  }

  private static int reluElements(NetworkGraph graph) {
    return graph.nodes().stream()
        .filter(ReluNode.class::isInstance)
        .mapToInt(node -> node.outputShape().elementCount())
        .sum();
  }

  private static int levels(int count) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
  }

  @Test
  void shouldFindTheLargestOfEachWindow() {
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      NetworkGraph graph = pool(window(random));
      NetworkGraph tournament = MaxTournament.in(graph);
      float[] input = integers(random, graph.inputShape().elementCount());
      PoolWindow window = ((MaxPoolNode) graph.nodes().get(0)).window();
      String message = "seed " + seed + ": " + window;

      assertFalse(tournament.nodes().stream().anyMatch(MaxPoolNode.class::isInstance), message);
      assertArrayEquals(
          new FloatEvaluator(graph).run(input), new FloatEvaluator(tournament).run(input), message);
      assertEquals(
          levels(window.kernelHeight()) + levels(window.kernelWidth()),
          rounds(tournament),
          message);
    }
  }

  @Test
  void shouldUseAsFewReluElementsAsItCan() {
    // 2x2: one for each pair of rows, then one for each pair of columns.
    assertEquals(
        16 * 3,
        reluElements(MaxTournament.in(pool(new PoolWindow(1, 8, 8, 2, 2, 2, 2, 0, 0, 0, 0)))));
    // All of 7x7 but one lose once.
    assertEquals(
        48, reluElements(MaxTournament.in(pool(new PoolWindow(1, 7, 7, 7, 7, 1, 1, 0, 0, 0, 0)))));
    // 13 in a row with stride 1: four levels instead of 12 ReLUs for each output.
    int sliding =
        reluElements(MaxTournament.in(pool(new PoolWindow(1, 1, 40, 1, 13, 1, 1, 0, 6, 0, 6))));
    assertTrue(sliding <= 4 * 52, "ReLU elements " + sliding);
  }

  private static NetworkGraph behind(ScalarFunction functionOrNull, boolean readTwice) {
    PoolWindow window = new PoolWindow(2, 4, 4, 2, 2, 2, 2, 0, 0, 0, 0);
    Shape shape = window.inputShape();
    List<GraphNode> nodes = new ArrayList<>();
    nodes.add(
        functionOrNull == null
            ? new ReluNode("f", List.of("x"), shape)
            : new FunctionNode("f", List.of("x"), shape, List.of(functionOrNull)));
    nodes.add(new MaxPoolNode("pool", List.of("f"), window));
    if (readTwice) {
      nodes.add(new MaxPoolNode("other", List.of("f"), window));
      nodes.add(new AddNode("sum", List.of("pool", "other"), window.outputShape()));
    }
    return new NetworkGraph("test", "x", shape, nodes, readTwice ? "sum" : "pool");
  }

  private static void assertSame(NetworkGraph graph, long seed) {
    float[] input = integers(new SplittableRandom(seed), graph.inputShape().elementCount());
    for (int i = 0; i < input.length; i++) {
      input[i] /= 256;
    }
    float[] expected = new FloatEvaluator(graph).run(input);
    float[] actual = new FloatEvaluator(MaxTournament.in(graph)).run(input);
    // Differences of values below 4 are off by half a unit of 2^-22, and so are the sums.
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 4 * 0x1p-22, "seed " + seed + " element " + i);
    }
  }

  @Test
  void shouldMoveAReluBehindThePool() {
    NetworkGraph graph = behind(null, false);
    NetworkGraph tournament = MaxTournament.in(graph);

    assertInstanceOf(ReluNode.class, tournament.node("pool"));
    assertEquals(8 * 4, reluElements(tournament), "four for each window instead of seven");
    assertSame(graph, 1);
  }

  @Test
  void shouldLeaveAFunctionThatOthersRead() {
    NetworkGraph graph = behind(null, true);

    assertInstanceOf(ReluNode.class, MaxTournament.in(graph).node("f"));
    assertSame(graph, 2);
  }

  @Test
  void shouldMoveFunctionsThatNeverFallOnly() {
    ScalarFunction negated = new Combined(Combination.MULTIPLY, new Constant(-1), X);
    ScalarFunction sigmoid =
        new Combined(
            Combination.DIVIDE,
            new Constant(1),
            new Combined(Combination.ADD, new Constant(1), new Applied(Operation.EXP, negated)));
    ScalarFunction clipped = new Combined(Combination.MIN, new Constant(6), ScalarFunction.relu());
    ScalarFunction silu = new Combined(Combination.MULTIPLY, X, sigmoid);
    for (ScalarFunction rising : List.of(sigmoid, clipped, new Applied(Operation.TANH, X))) {
      NetworkGraph graph = behind(rising, false);
      assertInstanceOf(FunctionNode.class, MaxTournament.in(graph).node("pool"), rising.toString());
      assertSame(graph, 3);
    }
    for (ScalarFunction other : List.of(silu, negated, new Applied(Operation.ABS, X))) {
      NetworkGraph graph = behind(other, false);
      assertInstanceOf(FunctionNode.class, MaxTournament.in(graph).node("f"), other.toString());
      assertSame(graph, 4);
    }
  }
}
