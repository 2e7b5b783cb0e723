// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.layers.graph.ScalarFunction.Argument;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Constant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a scale and shift per channel part of the functions that read it, one for each channel, as
 * where a network normalises what it has joined. Without a function, it would be a linear layer of
 * its own. A map that a linear layer before it can take up is left to that layer.
 */
public final class AffineFunctions {
  private AffineFunctions() {}

  /** Returns the network with every such map made part of its readers. */
  public static NetworkGraph in(NetworkGraph graph) {
    Map<String, List<GraphNode>> readers = new HashMap<>();
    Map<String, GraphNode> makers = new HashMap<>();
    for (GraphNode node : graph.nodes()) {
      makers.put(node.name(), node);
      for (String input : node.inputs()) {
        readers.computeIfAbsent(input, unused -> new ArrayList<>()).add(node);
      }
    }
    Map<String, AffineNode> joined = new HashMap<>();
    for (GraphNode node : graph.nodes()) {
      if (node instanceof AffineNode affine
          && !node.name().equals(graph.outputName())
          && readers.getOrDefault(node.name(), List.of()).stream()
              .allMatch(reader -> isFunction(reader, affine))
          && !follows(affine, makers, readers)) {
        joined.put(node.name(), affine);
      }
    }
    List<GraphNode> nodes = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      AffineNode affine = joined.get(node.inputs().get(0));
      if (affine != null) {
        nodes.add(function(node, affine));
      } else if (!joined.containsKey(node.name())) {
        nodes.add(node);
      }
    }
    return graph.withNodes(nodes);
  }

  private static boolean isFunction(GraphNode reader, AffineNode affine) {
    return (reader instanceof ReluNode || reader instanceof FunctionNode)
        && reader.inputShape(0).equals(affine.shape());
  }

  /** Returns whether a linear layer, that nothing else reads, makes what the map reads. */
  private static boolean follows(
      AffineNode affine, Map<String, GraphNode> makers, Map<String, List<GraphNode>> readers) {
    GraphNode below = makers.get(affine.inputs().get(0));
    while (below != null && readers.get(below.name()).size() == 1) {
      if (below instanceof LinearNode) {
        return true;
      }
      if (!(below instanceof ReshapeNode)) {
        return false;
      }
      below = makers.get(below.inputs().get(0));
    }
    return false;
  }

  private static GraphNode function(GraphNode reader, AffineNode affine) {
    List<ScalarFunction> functions = new ArrayList<>();
    for (int c = 0; c < affine.shape().dim(0); c++) {
      ScalarFunction outer =
          reader instanceof FunctionNode function ? function.function(c) : ScalarFunction.relu();
      ScalarFunction line =
          new Argument()
              .combine(Combination.MULTIPLY, new Constant(affine.scalePerChannel()[c]))
              .combine(Combination.ADD, new Constant(affine.shiftPerChannel()[c]));
      functions.add(outer.after(line));
    }
    return new FunctionNode(reader.name(), affine.inputs(), reader.outputShape(), functions);
  }
}
