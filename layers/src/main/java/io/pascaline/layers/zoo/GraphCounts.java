// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.zoo;

import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;

/** Sums over the nodes of a network. */
final class GraphCounts {
  private GraphCounts() {}

  static long parameters(NetworkGraph graph) {
    long sum = 0;
    for (GraphNode node : graph.nodes()) {
      if (node instanceof LinearNode linear) {
        sum += linear.weights().length;
        sum += linear.biasOrNull() == null ? 0 : linear.biasOrNull().length;
      } else if (node instanceof AffineNode affine) {
        sum += affine.scalePerChannel().length + affine.shiftPerChannel().length;
      }
    }
    return sum;
  }

  static long activations(NetworkGraph graph) {
    long sum = 0;
    for (GraphNode node : graph.nodes()) {
      boolean active =
          node instanceof ActivationNode
              || node instanceof FunctionNode
              || node instanceof HarmonicNode
              || node instanceof ReluNode;
      sum += active ? node.outputShape().elementCount() : 0;
    }
    return sum;
  }
}
