// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Puts the mean of a window in the place of its largest element: average pooling costs no message.
 * Padding counts as zeros. As with {@link ReplaceRelu}, a network that was not trained so answers
 * differently.
 */
public final class ReplaceMaxPool {
  private ReplaceMaxPool() {}

  /** Returns the network with every {@link MaxPoolNode} made an {@link AveragePoolNode}. */
  public static NetworkGraph withAverage(NetworkGraph graph) {
    return withAverage(graph, name -> true);
  }

  /** Returns the same, for the chosen names only. */
  public static NetworkGraph withAverage(NetworkGraph graph, Predicate<String> chosen) {
    List<GraphNode> nodes = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      nodes.add(
          node instanceof MaxPoolNode pool && chosen.test(pool.name()) ? average(pool) : node);
    }
    return graph.withNodes(nodes);
  }

  private static AveragePoolNode average(MaxPoolNode pool) {
    return new AveragePoolNode(pool.name(), pool.inputs(), pool.window(), true);
  }
}
