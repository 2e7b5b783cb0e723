// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.Objects;

/**
 * A function of each element, one for all or one for each channel. It is no {@link ActivationNode}:
 * the function need not be one that a protocol evaluates.
 *
 * @param name name of the node and of its tensor
 * @param inputs the one tensor read
 * @param shape shape of input and output
 * @param functions one, or as many as the shape's first dimension has elements
 */
public record FunctionNode(
    String name, List<String> inputs, Shape shape, List<ScalarFunction> functions)
    implements GraphNode {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if name or inputs are unusable, or the number of functions is
   *     neither one nor that of the channels
   */
  public FunctionNode {
    inputs = NodeRules.checkedInputs(name, inputs, 1);
    Objects.requireNonNull(shape, "shape");
    functions = List.copyOf(functions);
    if (functions.size() != 1 && functions.size() != shape.dim(0)) {
      throw new IllegalArgumentException(
          "node '"
              + name
              + "' has "
              + functions.size()
              + " functions, must have 1 or "
              + shape.dim(0));
    }
  }

  /** Returns the function of a channel, counted from 0. */
  public ScalarFunction function(int channel) {
    return functions.get(functions.size() == 1 ? 0 : channel);
  }

  @Override
  public Kind kind() {
    return Kind.FUNCTION;
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
