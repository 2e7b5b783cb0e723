// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * A scale and a shift per channel, as of batch normalisation in inference: {@code input *
 * scalePerChannel[c] + shiftPerChannel[c]}. The channel is the first dimension. The arrays are not
 * copied; whoever makes the node hands them over.
 *
 * @param name name of the node and of its tensor
 * @param inputs the one tensor read
 * @param shape shape of input and output
 * @param scalePerChannel {@code shape.dim(0)} finite numbers
 * @param shiftPerChannel {@code shape.dim(0)} finite numbers
 */
public record AffineNode(
    String name, List<String> inputs, Shape shape, float[] scalePerChannel, float[] shiftPerChannel)
    implements GraphNode {

  /**
   * Checks lengths and values.
   *
   * @throws IllegalArgumentException naming the component that is wrong
   */
  public AffineNode {
    inputs = NodeRules.checkedInputs(name, inputs, 1);
    int channels = NodeRules.requireChannels(name, shape).dim(0);
    NodeRules.requireLength(name, "scalePerChannel", scalePerChannel.length, channels);
    NodeRules.requireLength(name, "shiftPerChannel", shiftPerChannel.length, channels);
    NodeRules.requireFinite(name, "scalePerChannel", scalePerChannel);
    NodeRules.requireFinite(name, "shiftPerChannel", shiftPerChannel);
  }

  @Override
  public Kind kind() {
    return Kind.AFFINE;
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

  /** Name, inputs and shape; no number. */
  @Override
  public String toString() {
    return "AffineNode[" + name + " of " + inputs + ", " + shape + "]";
  }
}
