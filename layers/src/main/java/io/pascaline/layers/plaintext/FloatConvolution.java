// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plaintext;

import io.pascaline.protocols.linear.Convolution2d;
import java.util.Arrays;

/**
 * A convolution in float: per group and block of output rows, the input taps are laid out as one
 * long row per weight (im2col), so that the inner loop adds scaled rows.
 */
final class FloatConvolution implements FloatEvaluator.Operator {
  /** Floats of one block of taps, to stay in a core's second-level cache: 256 KiB. */
  private static final int BLOCK_ELEMENT_COUNT = 1 << 16;

  private final Convolution2d map;
  private final float[] weights;
  private final float[] biasOrNull;
  private final int tapCount;
  private final int outputHeight;
  private final int outputWidth;
  private final int blockRows;

  FloatConvolution(Convolution2d map, float[] weights, float[] biasOrNull) {
    this.map = map;
    this.weights = weights;
    this.biasOrNull = biasOrNull;
    this.tapCount = map.inputChannels() / map.groups() * map.kernelHeight() * map.kernelWidth();
    this.outputHeight = map.outputHeight();
    this.outputWidth = map.outputWidth();
    int fitting = BLOCK_ELEMENT_COUNT / Math.max(1, tapCount) / outputWidth;
    this.blockRows = Math.max(1, Math.min(outputHeight, fitting));
  }

  @Override
  public float[] apply(float[]... inputs) {
    int plane = outputHeight * outputWidth;
    float[] output = new float[map.outputChannels() * plane];
    if (biasOrNull != null) {
      for (int channel = 0; channel < map.outputChannels(); channel++) {
        Arrays.fill(output, channel * plane, (channel + 1) * plane, biasOrNull[channel]);
      }
    }
    float[] taps = new float[Math.multiplyExact(tapCount, blockRows * outputWidth)];
    for (int group = 0; group < map.groups(); group++) {
      for (int row = 0; row < outputHeight; row += blockRows) {
        int rows = Math.min(blockRows, outputHeight - row);
        gather(inputs[0], group, row, rows, taps);
        multiply(group, row, rows, taps, output);
      }
    }
    return output;
  }

  private void multiply(int group, int firstRow, int rows, float[] taps, float[] output) {
    int length = rows * outputWidth;
    int groupOutputs = map.outputChannels() / map.groups();
    for (int m = group * groupOutputs; m < (group + 1) * groupOutputs; m++) {
      int target = (m * outputHeight + firstRow) * outputWidth;
      int first = m * tapCount;
      int tap = 0;
      for (; tap + 4 <= tapCount; tap += 4) {
        FloatAxpy.addFour(
            output,
            target,
            length,
            taps,
            tap * length,
            length,
            weights[first + tap],
            weights[first + tap + 1],
            weights[first + tap + 2],
            weights[first + tap + 3]);
      }
      for (; tap < tapCount; tap++) {
        FloatAxpy.addOne(output, target, length, taps, tap * length, weights[first + tap]);
      }
    }
  }

  private void gather(float[] input, int group, int firstRow, int rows, float[] taps) {
    int groupInputs = map.inputChannels() / map.groups();
    int next = 0;
    for (int channel = group * groupInputs; channel < (group + 1) * groupInputs; channel++) {
      for (int y = 0; y < map.kernelHeight(); y++) {
        for (int x = 0; x < map.kernelWidth(); x++) {
          for (int row = firstRow; row < firstRow + rows; row++) {
            int inputRow = row * map.strideHeight() + y * map.dilationHeight() - map.padTop();
            gatherRow(input, channel, inputRow, x, taps, next);
            next += outputWidth;
          }
        }
      }
    }
  }

  private void gatherRow(
      float[] input, int channel, int inputRow, int tapColumn, float[] taps, int offset) {
    int width = map.inputWidth();
    int stride = map.strideWidth();
    int shift = tapColumn * map.dilationWidth() - map.padLeft();
    if (inputRow < 0 || inputRow >= map.inputHeight()) {
      Arrays.fill(taps, offset, offset + outputWidth, 0);
      return;
    }
    // Columns [from, to) of the output read inside the input: 0 <= column * stride + shift < width.
    int from = Math.min(outputWidth, shift >= 0 ? 0 : (-shift + stride - 1) / stride);
    int to = Math.max(from, Math.min(outputWidth, (width - shift + stride - 1) / stride));
    int line = (channel * map.inputHeight() + inputRow) * width + shift;
    Arrays.fill(taps, offset, offset + from, 0);
    if (stride == 1) {
      System.arraycopy(input, line + from, taps, offset + from, to - from);
    } else {
      for (int column = from; column < to; column++) {
        taps[offset + column] = input[line + column * stride];
      }
    }
    Arrays.fill(taps, offset + to, offset + outputWidth, 0);
  }
}
