// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.Objects;

/**
 * The exact rectifier {@code max(0, x)} of every element. It is no {@link ActivationNode}: no
 * polynomial equals it, and suites that evaluate polynomials refuse it. {@link ReplaceRelu} puts a
 * function in its place.
 *
 * @param name name of the node and of its tensor
 * @param inputs the one tensor read
 * @param shape shape of input and output
 */
public record ReluNode(String name, List<String> inputs, Shape shape) implements GraphNode {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if name or inputs are unusable
   */
  public ReluNode {
    inputs = NodeRules.checkedInputs(name, inputs, 1);
    Objects.requireNonNull(shape, "shape");
  }

  @Override
  public Kind kind() {
    return Kind.RELU;
  }

  @Override
  public Shape inputShape(int index) {
    NodeRules.requireIndex(this, index);
    return shape;
  }

  @Override
  public Shape outputShape() {
    return shape;
  }
}
