// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import java.util.List;

/** What the constructors of all nodes check alike. */
final class NodeRules {
  private NodeRules() {}

  /** Returns a copy of the input names, once name and inputs are known to be usable. */
  static List<String> checkedInputs(String name, List<String> inputs, int inputCount) {
    if (name == null || name.isEmpty()) {
      throw new IllegalArgumentException("name is " + (name == null ? "null" : "empty"));
    }
    if (inputs.size() != inputCount) {
      throw new IllegalArgumentException(
          "inputs of node '" + name + "' are " + inputs + ", must be " + inputCount);
    }
    return List.copyOf(inputs);
  }

  static int requireIndex(GraphNode node, int index) {
    if (index < 0 || index >= node.inputs().size()) {
      throw new IllegalArgumentException(
          "index is " + index + ", node '" + node.name() + "' has " + node.inputs().size());
    }
    return index;
  }

  static void requireLength(String name, String what, int actual, int expected) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          what + " of node '" + name + "' has " + actual + " elements, must have " + expected);
    }
  }

  static void requireFinite(String name, String what, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            what + "[" + i + "] of node '" + name + "' is not a finite number");
      }
    }
  }

  static Shape requireChannels(String name, Shape shape) {
    if (shape.rank() < 1) {
      throw new IllegalArgumentException("shape of node '" + name + "' is a scalar: no channels");
    }
    return shape;
  }
}
