// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.model.OnnxNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sorts the nodes of a file in the order of computation; some tools write them in another order.
 */
final class NodeOrder {
  private final List<OnnxNode> nodes;
  private final Map<String, Integer> makers = new HashMap<>();
  private final boolean[] begun;
  private final List<OnnxNode> ordered = new ArrayList<>();

  private NodeOrder(List<OnnxNode> nodes) {
    this.nodes = nodes;
    this.begun = new boolean[nodes.size()];
    for (int i = 0; i < nodes.size(); i++) {
      for (String output : nodes.get(i).outputs()) {
        if (!output.isEmpty() && makers.put(output, i) != null) {
          throw nodes.get(i).damaged("makes '" + output + "', as another node does");
        }
      }
    }
  }

  /**
   * Returns the nodes from which an output follows, each after those that it reads, and otherwise
   * as they were; all nodes if none makes the output. In a circle one node stays before another
   * that it reads.
   *
   * @throws io.pascaline.layers.onnx.model.ModelFormatException if two nodes make one tensor
   */
  static List<OnnxNode> of(List<OnnxNode> nodes, String output) {
    NodeOrder order = new NodeOrder(nodes);
    Integer last = order.makers.get(output);
    boolean[] needed = new boolean[nodes.size()];
    if (last == null) {
      Arrays.fill(needed, true);
    } else {
      order.visit(last);
      System.arraycopy(order.begun, 0, needed, 0, needed.length);
      Arrays.fill(order.begun, false);
      order.ordered.clear();
    }
    for (int i = 0; i < nodes.size(); i++) {
      if (needed[i]) {
        order.visit(i);
      }
    }
    return order.ordered;
  }

  /**
   * Visits a node after those that it reads, without recursion, which long chains would exhaust.
   */
  private void visit(int first) {
    Deque<int[]> path = new ArrayDeque<>();
    begin(first, path);
    while (!path.isEmpty()) {
      int[] top = path.peek();
      OnnxNode node = nodes.get(top[0]);
      if (top[1] == node.inputs().size()) {
        ordered.add(node);
        path.pop();
        continue;
      }
      Integer maker = makers.get(node.inputs().get(top[1]++));
      if (maker != null) {
        begin(maker, path);
      }
    }
  }

  private void begin(int node, Deque<int[]> path) {
    if (!begun[node]) {
      begun[node] = true;
      path.push(new int[] {node, 0});
    }
  }
}
