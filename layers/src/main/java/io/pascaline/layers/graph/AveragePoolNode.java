// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * The mean over windows of each channel; zeros of the padding count as elements, so the divisor is
 * always {@code kernelHeight * kernelWidth}. A window as large as the input is global pooling.
 *
 * @param name name of the node and of its tensor
 * @param inputs the one tensor read
 * @param inputShape {@code [C, H, W]}
 * @param kernelHeight rows of a window
 * @param kernelWidth columns of a window
 * @param strideHeight input rows between windows
 * @param strideWidth input columns between windows
 * @param padTop zero rows above the input
 * @param padLeft zero columns left of the input
 * @param padBottom zero rows below the input
 * @param padRight zero columns right of the input
 * @param countIncludePad must be true if there is any padding
 */
public record AveragePoolNode(
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
    boolean countIncludePad)
    implements GraphNode {

  /**
   * Checks the geometry.
   *
   * @throws IllegalArgumentException naming the component that is wrong
   */
  public AveragePoolNode {
    inputs = NodeRules.checkedInputs(name, inputs, 1);
    WindowRules.requireImage(inputShape);
    WindowRules.requireAxis(
        name, "Height", inputShape.dim(1), kernelHeight, strideHeight, padTop, padBottom);
    WindowRules.requireAxis(
        name, "Width", inputShape.dim(2), kernelWidth, strideWidth, padLeft, padRight);
    WindowRules.requireWindow(name, kernelHeight, kernelWidth);
    if (!countIncludePad && (padTop | padLeft | padBottom | padRight) != 0) {
      throw new IllegalArgumentException(
          "countIncludePad of node '" + name + "' is false, must be true where there is padding");
    }
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
    return kernelHeight * kernelWidth;
  }

  @Override
  public Kind kind() {
    return Kind.AVERAGE_POOL;
  }

  @Override
  public Shape inputShape(int index) {
    NodeRules.requireIndex(this, index);
    return inputShape;
  }

  @Override
  public Shape outputShape() {
    return Shape.of(
        inputShape.dim(0),
        WindowRules.extent(inputShape.dim(1), padTop + padBottom, kernelHeight, strideHeight),
        WindowRules.extent(inputShape.dim(2), padLeft + padRight, kernelWidth, strideWidth));
  }
}
