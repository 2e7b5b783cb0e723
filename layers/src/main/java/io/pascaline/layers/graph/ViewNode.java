// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.List;
import java.util.Objects;

/**
 * Elements of a tensor in another place, order or number, as by transposition, slices, padding or
 * repetition.
 *
 * @param name name of the node and of its tensor
 * @param inputs the one tensor read
 * @param view the geometry
 * @param pad the value of elements that lie outside the input
 */
public record ViewNode(String name, List<String> inputs, TensorView view, float pad)
    implements GraphNode {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if name or inputs are unusable, or the pad value is not finite
   */
  public ViewNode {
    inputs = NodeRules.checkedInputs(name, inputs, 1);
    Objects.requireNonNull(view, "view");
    NodeRules.requireFinite(name, "pad", new float[] {pad});
  }

  @Override
  public Kind kind() {
    return Kind.VIEW;
  }

  @Override
  public Shape inputShape(int index) {
    NodeRules.requireIndex(this, index);
    return view.inputShape();
  }

  @Override
  public Shape outputShape() {
    return view.outputShape();
  }
}
