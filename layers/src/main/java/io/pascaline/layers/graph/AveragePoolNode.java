// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * The mean over windows of each channel; zeros of the padding count as elements, so the divisor is
 * always the elements of a window. A window as large as the input is global pooling.
 *
 * @param name name of the node and of its tensor
 * @param inputs the one tensor read
 * @param window the geometry
 * @param countIncludePad must be true if there is any padding
 */
public record AveragePoolNode(
    String name, List<String> inputs, PoolWindow window, boolean countIncludePad)
    implements GraphNode {

  /**
   * Checks the node.
   *
   * @throws IllegalArgumentException naming the component that is wrong
   */
  public AveragePoolNode {
    inputs = NodeRules.checkedInputs(name, inputs, 1);
    if (!countIncludePad && window.isPadded()) {
      throw new IllegalArgumentException(
          "countIncludePad of node '" + name + "' is false, must be true where there is padding");
    }
  }

  /**
   * Creates the node from its input's shape and its window.
   *
   * @param inputShape {@code [C, H, W]}
   * @throws IllegalArgumentException naming the component that is wrong
   */
  public AveragePoolNode(
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
      int padRight,
      boolean countIncludePad) {
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
            padRight),
        countIncludePad);
  }

  /** Returns the mean over all rows and columns of each channel; output {@code [C, 1, 1]}. */
  public static AveragePoolNode global(String name, String input, Shape inputShape) {
    WindowRules.requireImage(inputShape);
    int height = inputShape.dim(1);
    int width = inputShape.dim(2);
    return new AveragePoolNode(
        name, List.of(input), inputShape, height, width, 1, 1, 0, 0, 0, 0, true);
  }

  /** Elements of a window: what its sum is divided by. */
  public int windowElementCount() {
    return window.area();
  }

  @Override
  public Kind kind() {
    return Kind.AVERAGE_POOL;
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
