// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * A convolution or fully connected layer: {@code map(weights, input) + bias}. The arrays are not
 * copied; whoever makes the node hands them over.
 *
 * @param name name of the node and of its tensor
 * @param inputs the one tensor read, of shape {@code map.inputShape()}
 * @param map the geometry
 * @param weights row-major, of shape {@code map.weightShape()}, all finite
 * @param biasOrNull one number per output channel, or null for none
 */
public record LinearNode(
    String name, List<String> inputs, LinearMap map, float[] weights, float[] biasOrNull)
    implements GraphNode {

  /**
   * Checks lengths and values.
   *
   * @throws IllegalArgumentException naming the component that is wrong
   */
  public LinearNode {
    inputs = NodeRules.checkedInputs(name, inputs, 1);
    NodeRules.requireLength(name, "weights", weights.length, map.weightShape().elementCount());
    NodeRules.requireFinite(name, "weights", weights);
    if (biasOrNull != null) {
      NodeRules.requireLength(name, "bias", biasOrNull.length, map.outputShape().dim(0));
      NodeRules.requireFinite(name, "bias", biasOrNull);
    }
  }

  @Override
  public Kind kind() {
    return Kind.LINEAR;
  }

  @Override
  public Shape inputShape(int index) {
    NodeRules.requireIndex(this, index);
    return map.inputShape();
  }

  @Override
  public Shape outputShape() {
    return map.outputShape();
  }

  /** Name, inputs and geometry; no weight. */
  @Override
  public String toString() {
    return "LinearNode[" + name + " of " + inputs + ", " + map + "]";
  }
}
