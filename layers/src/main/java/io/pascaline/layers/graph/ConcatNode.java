// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.Objects;

/**
 * Tensors one behind the other along an axis. The same tensor may stand there twice.
 *
 * @param name name of the node and of its tensor
 * @param inputs the tensors read, in their order
 * @param geometry their shapes and the axis
 */
public record ConcatNode(String name, List<String> inputs, Concatenation geometry)
    implements GraphNode {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if name or inputs are unusable
   */
  public ConcatNode {
    Objects.requireNonNull(geometry, "geometry");
    inputs = NodeRules.checkedInputs(name, inputs, geometry.inputShapes().size());
  }

  @Override
  public Kind kind() {
    return Kind.CONCAT;
  }

  @Override
  public Shape inputShape(int index) {
    return geometry.inputShapes().get(NodeRules.requireIndex(this, index));
  }

  @Override
  public Shape outputShape() {
    return geometry.outputShape();
  }
}
