// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.Objects;

/**
 * Lines with harmonics of the ring, applied to each element: one for all, or one for each channel.
 * The compiler of the fused suite puts such a node in the place of a function that no protocol
 * computes. A network that was fine-tuned with them has such nodes itself.
 *
 * @param name name of the node and of its tensor
 * @param inputs the one tensor read
 * @param shape shape of input and output
 * @param function of one channel, or of as many as the shape's first dimension has elements
 * @param period the ring's in real units, a power of two
 */
public record HarmonicNode(
    String name, List<String> inputs, Shape shape, HarmonicFunction function, double period)
    implements GraphNode {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if name or inputs are unusable, the number of channels is
   *     neither one nor that of the shape, or the period is no power of two
   */
  public HarmonicNode {
    inputs = NodeRules.checkedInputs(name, inputs, 1);
    Objects.requireNonNull(shape, "shape");
    if (function.channelCount() != 1 && function.channelCount() != shape.dim(0)) {
      throw new IllegalArgumentException(
          "node '"
              + name
              + "' has functions of "
              + function.channelCount()
              + " channels, must have 1 or "
              + shape.dim(0));
    }
    if (!(period > 0 && period < Double.POSITIVE_INFINITY)
        || Math.scalb(1.0, Math.getExponent(period)) != period) {
      throw new IllegalArgumentException(
          "period of node '" + name + "' is " + period + ", must be a power of two");
    }
  }

  @Override
  public Kind kind() {
    return Kind.HARMONIC;
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
