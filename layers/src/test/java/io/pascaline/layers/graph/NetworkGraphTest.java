// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class NetworkGraphTest {
  private static final Shape INPUT = Shape.of(3);

  @Test
  void shouldAnswerForItsNodes() {
    NetworkGraph graph = graph(linear("a", "x", 3, 2), activation("b", "a", 2));

    assertEquals(Shape.of(2), graph.outputShape());
    assertEquals("a", graph.node("a").name());
    assertEquals(6, graph.multiplyAdds());
  }

  @Test
  void shouldNotFollowTheListItWasMadeFrom() {
    List<GraphNode> nodes = new ArrayList<>(List.of(activation("a", "x", 3)));
    NetworkGraph graph = new NetworkGraph("g", "x", INPUT, nodes, "a");

    nodes.clear();

    assertEquals(1, graph.nodes().size());
  }

  @Test
  void shouldRefuseUnsortedNodes() {
    refused("'b'", () -> graph(activation("a", "b", 3), activation("b", "x", 3)));
  }

  @Test
  void shouldRefuseNamesUsedTwice() {
    refused("'a' twice", () -> graph(activation("a", "x", 3), activation("a", "x", 3)));
    refused("'x' twice", () -> graph(activation("x", "x", 3)));
  }

  @Test
  void shouldRefuseShapesThatDisagree() {
    refused("has shape [3], must have [4]", () -> graph(activation("a", "x", 4)));
    refused(
        "has shape [2], must have [3]",
        () -> graph(linear("a", "x", 3, 2), new AddNode("b", List.of("x", "a"), INPUT)));
  }

  @Test
  void shouldRefuseAnOutputThatNoNodeMakes() {
    List<GraphNode> nodes = List.of(activation("a", "x", 3));

    refused("outputName is 'b'", () -> new NetworkGraph("g", "x", INPUT, nodes, "b"));
    refused("outputName is 'x'", () -> new NetworkGraph("g", "x", INPUT, nodes, "x"));
    refused("nodes is empty", () -> new NetworkGraph("g", "x", INPUT, List.of(), "x"));
  }

  @Test
  void shouldRefuseNodesWhoseNumbersDoNotFit() {
    MatrixProduct map = new MatrixProduct(3, 2);
    List<String> x = List.of("x");

    refused("weights", () -> new LinearNode("a", x, map, new float[5], null));
    refused("bias", () -> new LinearNode("a", x, map, new float[6], new float[3]));
    refused(
        "weights[1] of node 'a' is not a finite",
        () -> new LinearNode("a", x, new MatrixProduct(2, 1), new float[] {1, 1f / 0}, null));
    refused("scalePerChannel", () -> new AffineNode("a", x, INPUT, new float[2], new float[3]));
    refused("inputs", () -> new AddNode("a", x, INPUT));
    refused("name", () -> new AddNode("", List.of("x", "x"), INPUT));
    refused("shape", () -> new ReshapeNode("a", x, INPUT, Shape.of(2, 2)));
  }

  @Test
  void shouldRefuseWindowsThatDoNotFit() {
    refused("kernelHeight", () -> pool(5, 1, 0, true));
    refused("strideHeight", () -> pool(2, 0, 0, true));
    refused("padTop", () -> pool(2, 1, 2, true));
    refused("countIncludePad", () -> pool(2, 1, 1, false));
    assertEquals(Shape.of(2, 5, 2), pool(2, 1, 1, true).outputShape());
    assertEquals(Shape.of(2, 3, 2), pool(2, 1, 0, false).outputShape());
    assertEquals(
        Shape.of(2, 1, 1), AveragePoolNode.global("a", "x", Shape.of(2, 4, 3)).outputShape());
  }

  @Test
  void shouldNotPrintWeights() {
    LinearNode node =
        new LinearNode(
            "a", List.of("x"), new MatrixProduct(1, 1), new float[] {12.625f}, new float[] {7.5f});
    AffineNode affine =
        new AffineNode("b", List.of("a"), Shape.of(1), new float[] {12.625f}, new float[] {7.5f});

    assertFalse((node + " " + affine).matches(".*(12|7)\\.[56].*"));
  }

  private static AveragePoolNode pool(int kernel, int stride, int pad, boolean countIncludePad) {
    return new AveragePoolNode(
        "a",
        List.of("x"),
        Shape.of(2, 4, 3),
        kernel,
        2,
        stride,
        1,
        pad,
        0,
        pad,
        0,
        countIncludePad);
  }

  private static NetworkGraph graph(GraphNode... nodes) {
    return new NetworkGraph("g", "x", INPUT, List.of(nodes), nodes[nodes.length - 1].name());
  }

  private static ActivationNode activation(String name, String input, int count) {
    return new ActivationNode(name, List.of(input), Shape.of(count), new PolynomialBasis(0, 0, 1));
  }

  private static LinearNode linear(String name, String input, int inputs, int outputs) {
    return new LinearNode(
        name,
        List.of(input),
        new MatrixProduct(inputs, outputs),
        new float[inputs * outputs],
        new float[outputs]);
  }

  private static void refused(String part, Executable action) {
    String message = assertThrows(IllegalArgumentException.class, action).getMessage();
    assertTrue(message.contains(part), message);
  }
}
