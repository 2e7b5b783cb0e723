// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.layers.onnx.write.HarmonicsFunction;
import io.pascaline.protocols.activation.HarmonicFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Lines with harmonics, from the numbers that a call of {@link HarmonicsFunction} passes. The
 * period and the multiples are exactly those of the network that was written. Amplitudes are off by
 * the rounding of sizes and phases to float.
 */
final class HarmonicsOperator {
  private final OnnxNode node;
  private final TensorValue input;
  private final int harmonicCount;
  private final boolean sloped;

  /** The numbers of each channel, from {@link HarmonicsFunction#CONSTANT_INPUT} on. */
  private final List<ChannelConstant> constants = new ArrayList<>();

  private HarmonicsOperator(OnnxNode node, GraphAssembly graph) {
    this.node = node;
    this.input = graph.tensor(node, 0);
    this.harmonicCount = HarmonicsFunction.harmonicCount(node.inputs().size());
    this.sloped = HarmonicsFunction.hasSlope(node.inputs().size());
    for (int i = HarmonicsFunction.CONSTANT_INPUT; i < node.inputs().size(); i++) {
      ConstantTensor values = graph.constant(node, i);
      constants.add(
          ChannelConstant.of(node, values, input.shape(), graph.budget()).requireChannelwise(node));
    }
  }

  /** Imports a call. */
  static void harmonics(OnnxNode node, GraphAssembly graph) {
    if (!HarmonicsFunction.isInputCount(node.inputs().size())) {
      throw node.damaged("has " + node.inputs().size() + " inputs");
    }
    int harmonicCount = HarmonicsFunction.harmonicCount(node.inputs().size());
    if (harmonicCount > HarmonicFunction.MAX_HARMONICS) {
      throw node.refused(
          "has " + harmonicCount + " harmonics, more than " + HarmonicFunction.MAX_HARMONICS,
          "approximate the function with fewer");
    }
    HarmonicsOperator call = new HarmonicsOperator(node, graph);
    HarmonicNode made =
        new HarmonicNode(
            node.output(),
            List.of(graph.nodeName(node.where(), call.input)),
            call.input.shape(),
            call.function(graph.budget()),
            period(node, graph.constant(node, 1)));
    graph.bind(node, graph.add(node, made));
  }

  private static double period(OnnxNode node, ConstantTensor reciprocal) {
    if (reciprocal.elementCount() != 1) {
      throw node.damaged("has " + reciprocal.elementCount() + " periods");
    }
    return 1 / reciprocal.real(0);
  }

  private HarmonicFunction function(ImportBudget budget) {
    int channelCount =
        constants.stream().allMatch(ChannelConstant::uniform) ? 1 : input.shape().dim(0);
    if (channelCount > HarmonicFunction.MAX_CHANNELS) {
      throw node.refused(
          "has " + channelCount + " channels, more than " + HarmonicFunction.MAX_CHANNELS,
          "use one number for all channels");
    }
    budget.charge((long) channelCount * harmonicCount, node.where());
    int[] multiples = new int[channelCount * harmonicCount];
    double[] cosines = new double[multiples.length];
    double[] sines = new double[multiples.length];
    int first = sloped ? 2 : 1;
    for (int k = 0; k < harmonicCount; k++) {
      int at = first + HarmonicsFunction.INPUTS_PER_HARMONIC * k;
      ChannelConstant frequency = constants.get(at);
      ChannelConstant phase = constants.get(at + 1);
      ChannelConstant size = constants.get(at + 2);
      for (int c = 0; c < channelCount; c++) {
        int entry = c * harmonicCount + k;
        multiples[entry] = multiple(frequency.value(c));
        cosines[entry] = size.value(c) * StrictMath.cos(phase.value(c));
        sines[entry] = -size.value(c) * StrictMath.sin(phase.value(c));
      }
    }
    return new HarmonicFunction(
        channelCount,
        harmonicCount,
        multiples,
        perChannel(channelCount, constants.get(0)::value),
        perChannel(channelCount, sloped ? constants.get(1)::value : c -> 0),
        cosines,
        sines);
  }

  /** Returns how many turns a frequency makes in a period. */
  private int multiple(double frequency) {
    double turns = Math.rint(frequency / (2 * Math.PI));
    boolean inRange = turns >= 1 && turns <= HarmonicFunction.MAX_MULTIPLE;
    if (!inRange || (float) (2 * Math.PI * turns) != frequency) {
      throw node.refused(
          "its frequency " + frequency + " is not 2 pi times a whole number from 1 to 2^20",
          "write each frequency as the float nearest to 2 pi m, and the period as its reciprocal");
    }
    return (int) turns;
  }

  private static double[] perChannel(int channelCount, IntToDoubleFunction value) {
    double[] values = new double[channelCount];
    for (int c = 0; c < channelCount; c++) {
      values[c] = value.applyAsDouble(c);
    }
    return values;
  }
}
