// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * The same elements in the same (row-major) order under another shape; flattening is the usual
 * case.
 *
 * @param name name of the node and of its tensor
 * @param inputs the one tensor read
 * @param inputShape shape of the input
 * @param shape shape of the output, of as many elements
 */
public record ReshapeNode(String name, List<String> inputs, Shape inputShape, Shape shape)
    implements GraphNode {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the element counts differ or name or inputs are unusable
   */
  public ReshapeNode {
    inputs = NodeRules.checkedInputs(name, inputs, 1);
    NodeRules.requireLength(name, "shape", shape.elementCount(), inputShape.elementCount());
  }

  @Override
  public Kind kind() {
    return Kind.RESHAPE;
  }

  @Override
  public Shape inputShape(int index) {
    NodeRules.requireIndex(this, index);
    return inputShape;
  }

  @Override
  public Shape outputShape() {
    return shape;
  }
}
