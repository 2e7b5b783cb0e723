// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A trained network with one input and one output, in float. Immutable and thread-safe.
 *
 * @param name what reports and plans call the model; of a path only the last part is kept, since
 *     plans are public and folders are their owner's
 * @param inputName name of the input tensor
 * @param inputShape its shape, without a batch dimension
 * @param nodes at least one, each after those that it reads
 * @param outputName name of the tensor (the node) that is the result
 * @param outputTransform what the client makes of the result
 */
public record NetworkGraph(
    String name,
    String inputName,
    Shape inputShape,
    List<GraphNode> nodes,
    String outputName,
    OutputTransform outputTransform) {

  /**
   * Checks that names are unique, that every node reads tensors made before it, and that shapes
   * agree.
   *
   * @throws IllegalArgumentException naming the node that is wrong
   */
  public NetworkGraph {
    name = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    if (name.isEmpty()) {
      throw new IllegalArgumentException("name is empty or a folder: give the network a name");
    }
    nodes = List.copyOf(nodes);
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException("nodes is empty: network '" + name + "' does nothing");
    }
    Map<String, Shape> shapes = new HashMap<>();
    shapes.put(inputName, inputShape);
    for (GraphNode node : nodes) {
      for (int i = 0; i < node.inputs().size(); i++) {
        requireInput(node, i, shapes.get(node.inputs().get(i)));
      }
      if (shapes.put(node.name(), node.outputShape()) != null) {
        throw new IllegalArgumentException("nodes make the tensor '" + node.name() + "' twice");
      }
    }
    if (outputName.equals(inputName) || !shapes.containsKey(outputName)) {
      throw new IllegalArgumentException("outputName is '" + outputName + "', which no node makes");
    }
    outputTransform.requireFits(shapes.get(outputName).elementCount());
  }

  /** Returns the same network under another name. */
  public NetworkGraph named(String other) {
    return new NetworkGraph(other, inputName, inputShape, nodes, outputName, outputTransform);
  }

  /**
   * Makes a network whose result is its answer.
   *
   * @throws IllegalArgumentException as the other constructor
   */
  public NetworkGraph(
      String name, String inputName, Shape inputShape, List<GraphNode> nodes, String outputName) {
    this(name, inputName, inputShape, nodes, outputName, OutputTransform.NONE);
  }

  /**
   * Returns the network with other nodes of the same inputs and outputs.
   *
   * @throws IllegalArgumentException naming the node that is wrong
   */
  public NetworkGraph withNodes(List<GraphNode> others) {
    return new NetworkGraph(name, inputName, inputShape, others, outputName, outputTransform);
  }

  /**
   * Returns the node that makes a tensor.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public GraphNode node(String nodeName) {
    for (GraphNode node : nodes) {
      if (node.name().equals(nodeName)) {
        return node;
      }
    }
    throw new IllegalArgumentException("nodeName is '" + nodeName + "': no such node");
  }

  /** Shape of the result. */
  public Shape outputShape() {
    return node(outputName).outputShape();
  }

  /** Multiply-adds of all linear nodes for one input. */
  public long multiplyAdds() {
    long sum = 0;
    for (GraphNode node : nodes) {
      sum += node instanceof LinearNode linear ? linear.map().multiplyAdds() : 0;
    }
    return sum;
  }

  private static void requireInput(GraphNode node, int index, Shape actual) {
    String input = node.inputs().get(index);
    if (actual == null) {
      throw new IllegalArgumentException(
          "inputs of node '" + node.name() + "' name '" + input + "', which nothing before makes");
    }
    if (!actual.equals(node.inputShape(index))) {
      throw new IllegalArgumentException(
          ("inputs of node '%s': '%s' has shape %s, must have %s")
              .formatted(node.name(), input, actual, node.inputShape(index)));
    }
  }
}
