// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.protocols.activation.HarmonicFunction;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * Lines with harmonics as ONNX operators. The cosine and the sine of a harmonic are one shifted
 * cosine, {@code a cos t + b sin t = r cos(t - p)} with the length r and the angle p of (a, b), as
 * cosines take most of the time.
 */
final class HarmonicBody {
  private final NodeWriter writer;
  private final HarmonicNode node;
  private final HarmonicFunction function;
  private final String input;
  private final String output;

  private HarmonicBody(NodeWriter writer, HarmonicNode node, String input, String output) {
    this.writer = writer;
    this.node = node;
    this.function = node.function();
    this.input = input;
    this.output = output;
  }

  static void write(NodeWriter writer, HarmonicNode node, String input, String output) {
    new HarmonicBody(writer, node, input, output).write();
  }

  private void write() {
    String sum = constant("constant", function::constant);
    if (function.hasSlope()) {
      String rise = step("Mul", "rise", input, constant("slope", function::slope));
      sum = step("Add", function.harmonicCount() == 0 ? "" : "line", rise, sum);
    }
    for (int i = 0; i < function.harmonicCount(); i++) {
      int k = i;
      double turn = 2 * Math.PI / node.period();
      String frequency = constant("frequency" + k, c -> turn * function.multiple(c, k));
      String phase =
          constant("phase" + k, c -> -Math.atan2(function.sine(c, k), function.cosine(c, k)));
      String size =
          constant("size" + k, c -> Math.hypot(function.cosine(c, k), function.sine(c, k)));
      String angle = step("Add", "angle" + k, step("Mul", "turn" + k, input, frequency), phase);
      String wave = step("Mul", "wave" + k, step("Cos", "cosine" + k, angle), size);
      sum = step("Add", k == function.harmonicCount() - 1 ? "" : "sum" + k, wave, sum);
    }
  }

  /** Adds an operator whose output is called by a suffix, or is the node's own without one. */
  private String step(String type, String suffix, String... inputs) {
    return writer.step(type, suffix.isEmpty() ? output : output + "." + suffix, inputs);
  }

  private String constant(String suffix, IntToDoubleFunction ofChannel) {
    float[] values = new float[function.channelCount()];
    for (int channel = 0; channel < values.length; channel++) {
      values[channel] = (float) ofChannel.applyAsDouble(channel);
    }
    return writer.constant(output + "." + suffix, values, channelDims(values.length));
  }

  private int[] channelDims(int channelCount) {
    int[] dims = new int[node.shape().rank()];
    Arrays.fill(dims, 1);
    dims[0] = channelCount;
    return dims;
  }
}
