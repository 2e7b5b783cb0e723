// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.Objects;

/**
 * A public function applied to every element.
 *
 * @param name name of the node and of its tensor
 * @param inputs the one tensor read
 * @param shape shape of input and output
 * @param basis the function
 */
public record ActivationNode(String name, List<String> inputs, Shape shape, ActivationBasis basis)
    implements GraphNode {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if name or inputs are unusable
   */
  public ActivationNode {
    inputs = NodeRules.checkedInputs(name, inputs, 1);
    Objects.requireNonNull(shape, "shape");
    Objects.requireNonNull(basis, "basis");
  }

  @Override
  public Kind kind() {
    return Kind.ACTIVATION;
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
