// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * The largest element of each window of each channel. Padding is never the largest: it only lets
 * windows reach over the edge. A window as large as the input is global pooling.
 *
 * @param name name of the node and of its tensor
 * @param inputs the one tensor read
 * @param inputShape {@code [C, H, W]}
 * @param kernelHeight rows of a window
 * @param kernelWidth columns of a window
 * @param strideHeight input rows between windows
 * @param strideWidth input columns between windows
 * @param padTop rows above the input, less than a window's
 * @param padLeft columns left of the input, less than a window's
 * @param padBottom rows below the input, less than a window's
 * @param padRight columns right of the input, less than a window's
 */
public record MaxPoolNode(
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
    int padRight)
    implements GraphNode {

  /**
   * Checks the geometry.
   *
   * @throws IllegalArgumentException naming the component that is wrong
   */
  public MaxPoolNode {
    inputs = NodeRules.checkedInputs(name, inputs, 1);
    WindowRules.requireImage(inputShape);
    WindowRules.requireAxis(
        name, "Height", inputShape.dim(1), kernelHeight, strideHeight, padTop, padBottom);
    WindowRules.requireAxis(
        name, "Width", inputShape.dim(2), kernelWidth, strideWidth, padLeft, padRight);
    WindowRules.requireWindow(name, kernelHeight, kernelWidth);
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
