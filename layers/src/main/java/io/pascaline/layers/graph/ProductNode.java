// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.Objects;

/**
 * The product of two tensors, element by element, or of each channel with one factor as in a
 * squeeze-and-excitation block. Both inputs may be the same tensor.
 *
 * @param name name of the node and of its tensor
 * @param inputs the two tensors read
 * @param shape shape of the first input and of the output
 * @param factorShape shape of the second input: the same, or its dimensions but the first are 1
 */
public record ProductNode(String name, List<String> inputs, Shape shape, Shape factorShape)
    implements GraphNode {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if name or inputs are unusable, or the shapes do not fit
   */
  public ProductNode {
    inputs = NodeRules.checkedInputs(name, inputs, 2);
    Objects.requireNonNull(shape, "shape");
    if (!factorShape.equals(shape) && !isOnePerChannel(shape, factorShape)) {
      throw new IllegalArgumentException(
          "node '"
              + name
              + "' has a factor of shape "
              + factorShape
              + ", must be of "
              + shape
              + " or have one element for each of its channels");
    }
  }

  /**
   * Returns whether a tensor has as many dimensions as another, of which only the first is not 1.
   */
  public static boolean isOnePerChannel(Shape shape, Shape factorShape) {
    return shape.rank() > 0
        && factorShape.rank() == shape.rank()
        && factorShape.dim(0) == shape.dim(0)
        && factorShape.elementCount() == shape.dim(0);
  }

  @Override
  public Kind kind() {
    return Kind.PRODUCT;
  }

  @Override
  public Shape inputShape(int index) {
    return NodeRules.requireIndex(this, index) == 0 ? shape : factorShape;
  }

  @Override
  public Shape outputShape() {
    return shape;
  }
}
