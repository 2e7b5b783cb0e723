// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AffineFunctionsTest {
  private static final Shape SHAPE = Shape.of(2, 3, 3);

  private static float[] uniform(SplittableRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-2, 2);
    }
    return values;
  }

  private static AffineNode affine(
      String name, String input, Shape shape, SplittableRandom random) {
    int channels = shape.dim(0);
    return new AffineNode(
        name, List.of(input), shape, uniform(random, channels), uniform(random, channels));
  }

  private static String kinds(NetworkGraph graph) {
    return graph.nodes().stream().map(node -> node.kind().name()).collect(Collectors.joining(" "));
  }

  /** Returns a step of a network like DenseNet. */
  private static NetworkGraph dense(long seed, boolean readElsewhere) {
    SplittableRandom random = new SplittableRandom(seed);
    Concatenation geometry = new Concatenation(List.of(SHAPE, SHAPE), 0);
    Convolution2d map = new Convolution2d(2, 3, 3, 2, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1);
    List<GraphNode> nodes = new ArrayList<>();
    nodes.add(new LinearNode("grown", List.of("x"), map, uniform(random, 4), null));
    nodes.add(affine("own", "grown", SHAPE, random));
    nodes.add(new ReluNode("active", List.of("own"), SHAPE));
    nodes.add(new ConcatNode("all", List.of("x", "active"), geometry));
    nodes.add(affine("normal", "all", geometry.outputShape(), random));
    nodes.add(new ReluNode("y", List.of("normal"), geometry.outputShape()));
    if (readElsewhere) {
      nodes.add(new AddNode("sum", List.of("y", "normal"), geometry.outputShape()));
    }
    return new NetworkGraph("test", "x", SHAPE, nodes, readElsewhere ? "sum" : "y");
  }

  @Test
  void shouldMakeANormalisationPartOfTheFunctionBehindIt() {
    for (long seed = 0; seed < 20; seed++) {
      NetworkGraph graph = dense(seed, false);
      NetworkGraph joined = AffineFunctions.in(graph);
      float[] input = uniform(new SplittableRandom(~seed), SHAPE.elementCount());
      float[] expected = new FloatEvaluator(graph).run(input);
      float[] actual = new FloatEvaluator(joined).run(input);

      assertEquals("LINEAR AFFINE RELU CONCAT FUNCTION", kinds(joined));
      assertEquals(4, assertInstanceOf(FunctionNode.class, joined.node("y")).functions().size());
      for (int i = 0; i < expected.length; i++) {
        // Values are below 100: one rounding of a product and one of a sum each.
        assertEquals(expected[i], actual[i], 100 * 0x1p-22, "seed " + seed + " element " + i);
      }
    }
  }

  @Test
  void shouldLeaveAMapThatOthersRead() {
    assertEquals(
        "LINEAR AFFINE RELU CONCAT AFFINE RELU ADD", kinds(AffineFunctions.in(dense(1, true))));
  }
}
