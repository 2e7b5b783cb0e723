// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.Objects;

/**
 * The sum of two tensors of one shape, as in a residual block, or their difference. Both inputs may
 * be the same tensor.
 *
 * @param name name of the node and of its tensor
 * @param inputs the two tensors read
 * @param shape shape of both inputs and of the output
 * @param subtracts whether the second tensor is subtracted from the first
 */
public record AddNode(String name, List<String> inputs, Shape shape, boolean subtracts)
    implements GraphNode {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if name or inputs are unusable
   */
  public AddNode {
    inputs = NodeRules.checkedInputs(name, inputs, 2);
    Objects.requireNonNull(shape, "shape");
  }

  /** Creates a sum. */
  public AddNode(String name, List<String> inputs, Shape shape) {
    this(name, inputs, shape, false);
  }

  @Override
  public Kind kind() {
    return Kind.ADD;
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
