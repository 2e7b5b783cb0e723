// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plaintext;

import io.pascaline.protocols.linear.MatrixProduct;

/**
 * A fully connected layer in float, as sums of scaled columns so that the inner loop vectorises.
 */
final class FloatProduct implements FloatEvaluator.Operator {
  private final int inputCount;
  private final int outputCount;
  private final float[] columns;
  private final float[] biasOrNull;

  FloatProduct(MatrixProduct product, float[] weights, float[] biasOrNull) {
    this.inputCount = product.inputCount();
    this.outputCount = product.outputCount();
    this.biasOrNull = biasOrNull;
    this.columns = new float[weights.length];
    for (int row = 0; row < outputCount; row++) {
      for (int column = 0; column < inputCount; column++) {
        columns[column * outputCount + row] = weights[row * inputCount + column];
      }
    }
  }

  @Override
  public float[] apply(float[]... inputs) {
    float[] input = inputs[0];
    float[] output = biasOrNull == null ? new float[outputCount] : biasOrNull.clone();
    int i = 0;
    for (; i + 4 <= inputCount; i += 4) {
      FloatAxpy.addFour(
          output,
          0,
          outputCount,
          columns,
          i * outputCount,
          outputCount,
          input[i],
          input[i + 1],
          input[i + 2],
          input[i + 3]);
    }
    for (; i < inputCount; i++) {
      FloatAxpy.addOne(output, 0, outputCount, columns, i * outputCount, input[i]);
    }
    return output;
  }
}
