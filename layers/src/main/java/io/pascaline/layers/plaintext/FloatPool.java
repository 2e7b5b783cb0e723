// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plaintext;

import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.protocols.linear.Shape;

/** Pools in float. Stateless. */
final class FloatPool {
  private FloatPool() {}

  /** Returns the mean of each window, padding counted as zeros. */
  static float[] average(AveragePoolNode node, float[] input) {
    Shape outputShape = node.outputShape();
    int height = node.inputShape().dim(1);
    int width = node.inputShape().dim(2);
    float divisor = node.windowElementCount();
    float[] output = new float[outputShape.elementCount()];
    int next = 0;
    for (int channel = 0; channel < outputShape.dim(0); channel++) {
      for (int row = 0; row < outputShape.dim(1); row++) {
        int top = row * node.window().strideHeight() - node.window().padTop();
        for (int column = 0; column < outputShape.dim(2); column++) {
          int left = column * node.window().strideWidth() - node.window().padLeft();
          int right = Math.min(width, left + node.window().kernelWidth());
          float sum = 0;
          for (int y = Math.max(0, top);
              y < Math.min(height, top + node.window().kernelHeight());
              y++) {
            int line = (channel * height + y) * width;
            for (int x = Math.max(0, left); x < right; x++) {
              sum += input[line + x];
            }
          }
          output[next++] = sum / divisor;
        }
      }
    }
    return output;
  }

  /** Returns the largest element of each window, padding left out. */
  static float[] largest(MaxPoolNode node, float[] input) {
    Shape outputShape = node.outputShape();
    int height = node.inputShape().dim(1);
    int width = node.inputShape().dim(2);
    float[] output = new float[outputShape.elementCount()];
    int next = 0;
    for (int channel = 0; channel < outputShape.dim(0); channel++) {
      for (int row = 0; row < outputShape.dim(1); row++) {
        int top = row * node.window().strideHeight() - node.window().padTop();
        for (int column = 0; column < outputShape.dim(2); column++) {
          int left = column * node.window().strideWidth() - node.window().padLeft();
          int right = Math.min(width, left + node.window().kernelWidth());
          float largest = Float.NEGATIVE_INFINITY;
          for (int y = Math.max(0, top);
              y < Math.min(height, top + node.window().kernelHeight());
              y++) {
            int line = (channel * height + y) * width;
            for (int x = Math.max(0, left); x < right; x++) {
              largest = Math.max(largest, input[line + x]);
            }
          }
          output[next++] = largest;
        }
      }
    }
    return output;
  }
}
