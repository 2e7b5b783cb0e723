// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.protocols.activation.HarmonicFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** The inputs of a call of {@link HarmonicsFunction}: a tensor, and the numbers of a node. */
final class HarmonicsCall {
  private final NodeWriter writer;
  private final HarmonicNode node;
  private final HarmonicFunction function;
  private final String prefix;

  private HarmonicsCall(NodeWriter writer, HarmonicNode node, String prefix) {
    this.writer = writer;
    this.node = node;
    this.function = node.function();
    this.prefix = prefix;
  }

  /**
   * Writes the numbers of a node as constants.
   *
   * @param writer where to
   * @param node the node
   * @param input the ONNX tensor that it reads
   * @param output the ONNX tensor that it makes
   * @return the names of the inputs
   */
  static List<String> inputs(NodeWriter writer, HarmonicNode node, String input, String output) {
    List<String> inputs = new ArrayList<>(List.of(input));
    inputs.addAll(new HarmonicsCall(writer, node, output + ".").constants());
    return inputs;
  }

  private List<String> constants() {
    List<String> constants = new ArrayList<>();
    // Exact, as the period is a power of two.
    float[] reciprocal = {(float) (1 / node.period())};
    constants.add(writer.constant(prefix + "reciprocal", reciprocal));
    constants.add(constant("constant", function::constant));
    if (function.hasSlope()) {
      constants.add(constant("slope", function::slope));
    }
    for (int i = 0; i < function.harmonicCount(); i++) {
      int k = i;
      constants.add(constant("frequency" + k, c -> 2 * Math.PI * function.multiple(c, k)));
      constants.add(
          constant("phase" + k, c -> -Math.atan2(function.sine(c, k), function.cosine(c, k))));
      constants.add(
          constant("size" + k, c -> Math.hypot(function.cosine(c, k), function.sine(c, k))));
    }
    return constants;
  }

  private String constant(String name, IntToDoubleFunction ofChannel) {
    float[] values = new float[function.channelCount()];
    for (int channel = 0; channel < values.length; channel++) {
      values[channel] = (float) ofChannel.applyAsDouble(channel);
    }
    return writer.constant(prefix + name, values, channelDims(values.length));
  }

  private int[] channelDims(int channelCount) {
    int[] dims = new int[node.shape().rank()];
    Arrays.fill(dims, 1);
    dims[0] = channelCount;
    return dims;
  }
}
