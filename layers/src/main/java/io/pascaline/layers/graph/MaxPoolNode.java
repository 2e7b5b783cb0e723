// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * The largest element of each window of each channel. Padding is never the largest: it only lets
 * windows reach over the edge. A window as large as the input is global pooling.
 *
 * @param name name of the node and of its tensor
 * @param inputs the one tensor read
 * @param window the geometry
 */
public record MaxPoolNode(String name, List<String> inputs, PoolWindow window)
    implements GraphNode {

  /**
   * Checks the node.
   *
   * @throws IllegalArgumentException naming the component that is wrong
   */
  public MaxPoolNode {
    inputs = NodeRules.checkedInputs(name, inputs, 1);
  }

  /**
   * Creates the node from its input's shape and its window.
   *
   * @param inputShape {@code [C, H, W]}
   * @throws IllegalArgumentException naming the component that is wrong
   */
  public MaxPoolNode(
      String name,
      List<String> inputs,
      Shape inputShape,
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      int padTop,
      int padLeft,
      int padBottom,
      int padRight) {
    this(
        name,
        inputs,
        WindowRules.window(
            name,
            inputShape,
            kernelHeight,
            kernelWidth,
            strideHeight,
            strideWidth,
            padTop,
            padLeft,
            padBottom,
            padRight));
  }

  /** Returns the largest of all rows and columns of each channel; output {@code [C, 1, 1]}. */
  public static MaxPoolNode global(String name, String input, Shape inputShape) {
    WindowRules.requireImage(inputShape);
    int height = inputShape.dim(1);
    int width = inputShape.dim(2);
    return new MaxPoolNode(name, List.of(input), inputShape, height, width, 1, 1, 0, 0, 0, 0);
  }

  @Override
  public Kind kind() {
    return Kind.MAX_POOL;
  }

  @Override
  public Shape inputShape(int index) {
    NodeRules.requireIndex(this, index);
    return window.inputShape();
  }

  /** Returns {@code [C, H, W]}. */
  public Shape inputShape() {
    return window.inputShape();
  }

  @Override
  public Shape outputShape() {
    return window.outputShape();
  }
}
