// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.protocols.activation.HarmonicFunction;
import java.util.Arrays;

/**
 * Harmonics of the ring that the compiler fitted, one function for each channel, with their
 * gradient. Recorded as {@link BlendedActivation} records: a product with the slopes, whose result
 * then gets the function's values. Thread-safe.
 */
final class HarmonicPlanes {
  private final HarmonicFunction function;
  private final double period;
  private final int channels;

  HarmonicPlanes(HarmonicNode node) {
    function = node.function();
    period = node.period();
    channels = node.shape().dim(0);
  }

  /**
   * Returns the function with its gradient.
   *
   * @param x [N, channels, ...]
   */
  NDArray apply(NDArray x) {
    NDArray slope = x.getManager().create(x.getShape(), DataType.FLOAT32);
    ElementLoop.planes(x, slope, planes(x), this::slopes);
    NDArray y = x.mul(slope);
    ElementLoop.planes(x, y, planes(x), this::values);
    return y;
  }

  /** Returns the function without gradient. */
  NDArray evaluate(NDArray x) {
    NDArray y = x.getManager().create(x.getShape(), DataType.FLOAT32);
    ElementLoop.planes(x, y, planes(x), this::values);
    return y;
  }

  private int planes(NDArray x) {
    return Math.toIntExact(x.getShape().get(0)) * channels;
  }

  private int channel(int plane) {
    return function.channelCount() == 1 ? 0 : plane % channels;
  }

  private void values(int plane, float[] x, float[] out, int count) {
    int channel = channel(plane);
    float slope = (float) function.slope(channel);
    float constant = (float) function.constant(channel);
    for (int i = 0; i < count; i++) {
      out[i] = constant + slope * x[i];
    }
    float[] sine = new float[count];
    float[] cosine = new float[count];
    for (int k = 0; k < function.harmonicCount(); k++) {
      float turns = (float) (function.multiple(channel, k) / period);
      HarmonicKernel.angles(x, turns, sine, cosine, count);
      float a = (float) function.cosine(channel, k);
      float b = (float) function.sine(channel, k);
      for (int i = 0; i < count; i++) {
        out[i] += a * cosine[i] + b * sine[i];
      }
    }
  }

  private void slopes(int plane, float[] x, float[] out, int count) {
    int channel = channel(plane);
    Arrays.fill(out, 0, count, (float) function.slope(channel));
    float[] sine = new float[count];
    float[] cosine = new float[count];
    for (int k = 0; k < function.harmonicCount(); k++) {
      double turns = function.multiple(channel, k) / period;
      HarmonicKernel.angles(x, (float) turns, sine, cosine, count);
      float a = (float) (-2 * Math.PI * turns * function.cosine(channel, k));
      float b = (float) (2 * Math.PI * turns * function.sine(channel, k));
      for (int i = 0; i < count; i++) {
        out[i] += a * sine[i] + b * cosine[i];
      }
    }
  }
}
