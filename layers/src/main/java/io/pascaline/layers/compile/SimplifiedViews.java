// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.protocols.linear.TensorView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes one view of several in a row, also through reshapes, where one view can do it; views that
 * keep the order of the elements become reshapes. Names stay, so what was calibrated is found.
 * Transpositions there and back disappear, so that what lies around them can be folded.
 */
final class SimplifiedViews {
  private final Map<String, GraphNode> made = new HashMap<>();

  private SimplifiedViews() {}

  static NetworkGraph of(NetworkGraph graph) {
    if (graph.nodes().stream().noneMatch(ViewNode.class::isInstance)) {
      return graph;
    }
    SimplifiedViews simplified = new SimplifiedViews();
    List<GraphNode> nodes = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      GraphNode next = node instanceof ViewNode view ? simplified.node(view) : node;
      simplified.made.put(next.name(), next);
      nodes.add(next);
    }
    return graph.withNodes(nodes);
  }

  private GraphNode node(ViewNode node) {
    String source = node.inputs().get(0);
    TensorView view = node.view();
    float pad = node.pad();
    GraphNode below = made.get(source);
    while (below != null) {
      if (below instanceof ReshapeNode reshape) {
        view = new TensorView(reshape.inputShape(), view.offset(), view.axes(), view.outputShape());
      } else if (below instanceof ViewNode inner) {
        boolean onePad = !view.isPadded() || !inner.view().isPadded() || pad == inner.pad();
        TensorView both = onePad ? view.ofOrNull(inner.view()) : null;
        if (both == null) {
          break;
        }
        pad = view.isPadded() ? pad : inner.pad();
        view = both;
      } else {
        break;
      }
      source = below.inputs().get(0);
      below = made.get(source);
    }
    List<String> inputs = List.of(source);
    return view.isIdentity()
        ? new ReshapeNode(node.name(), inputs, view.inputShape(), view.outputShape())
        : new ViewNode(node.name(), inputs, view.simplified(), view.isPadded() ? pad : 0);
  }
}
