// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.List;

/**
 * {@code ConvTranspose}. All outputs of one phase (their position modulo the stride) read the same
 * taps. All phases together are therefore one ordinary convolution of the input, with one output
 * channel for each phase and channel. A view then interleaves the phases. The parties open the
 * input, and not a larger tensor with zeros between its elements.
 *
 * <p>Along one axis output {@code o = s t + r} of phase r takes tap k of input {@code i} where
 * {@code i s + k d = o + p}: that is {@code i = t - u} with {@code u s = k d - p - r}.
 */
final class TransposedConvolution {
  private final OnnxNode node;
  private final Shape input;
  private final ConstantTensor weights;
  private final int groups;
  private final Axis rows;
  private final Axis columns;

  private TransposedConvolution(
      OnnxNode node, Shape input, ConstantTensor weights, int groups, Axis rows, Axis columns) {
    this.node = node;
    this.input = input;
    this.weights = weights;
    this.groups = groups;
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * One axis.
   *
   * @param shift how many positions are computed before the first of the output
   * @param outputs how many positions the output has
   */
  private record Axis(
      int inputs, int taps, int stride, int dilation, int pad, int shift, int outputs) {
    /** Returns the same output, of phases that start where their taps are closest together. */
    Axis aligned() {
      int moved = pad % stride;
      Axis other = new Axis(inputs, taps, stride, dilation, pad - moved, moved, outputs);
      return other.kernel() < kernel() ? other : this;
    }

    /** Returns u of a tap in a phase; less than the least of any if the phase lacks the tap. */
    int distance(int tap, int phase) {
      int steps = tap * dilation - pad - phase;
      return steps % stride == 0 ? steps / stride : Integer.MIN_VALUE;
    }

    int farthest() {
      return Math.floorDiv((taps - 1) * dilation - pad, stride);
    }

    int nearest() {
      return -((pad + stride - 1) / stride);
    }

    /** Returns the taps of the convolution. */
    int kernel() {
      return farthest() - nearest() + 1;
    }

    /** Returns how many positions a phase has. */
    int positions() {
      return (shift + outputs + stride - 1) / stride;
    }

    int padBefore() {
      return Math.max(0, farthest());
    }

    int padAfter() {
      return Math.max(0, positions() + skipped() - 1 + kernel() - inputs - padBefore());
    }

    /** Returns how many positions of the convolution are left out at the start. */
    int skipped() {
      return padBefore() - farthest();
    }
  }

  static void transposedConvolution(OnnxNode node, GraphAssembly graph) {
    TensorValue tensor = graph.tensor(node, 0);
    ConstantTensor weights = graph.constant(node, 1);
    int rank = tensor.shape().rank();
    if (rank != weights.rank() - 1 || rank != 2 && rank != 3) {
      throw node.refused("its input has shape " + tensor.shape(), "use it on [C, H, W] or [C, L]");
    }
    Shape input =
        rank == 3 ? tensor.shape() : Shape.of(tensor.shape().dim(0), 1, tensor.shape().dim(1));
    int[] dims = weights.dims();
    ConstantTensor square = rank == 3 ? weights : weights.withDims(dims[0], dims[1], 1, dims[2]);
    int groups = node.size("group", node.integer("group", 1));
    if (square.dim(0) != input.dim(0) || groups < 1 || input.dim(0) % groups != 0) {
      throw node.damaged("its weights or groups do not fit " + tensor.shape());
    }
    Axis rows =
        rank == 3 ? axis(node, 0, 2, input.dim(1), square.dim(2)) : new Axis(1, 1, 1, 1, 0, 0, 1);
    Axis columns = axis(node, rank - 2, rank - 1, input.dim(2), square.dim(3));
    TransposedConvolution layer =
        new TransposedConvolution(node, input, square, groups, rows, columns);
    ConstantTensor bias = graph.constantOrNull(node, 2);
    if (bias != null && bias.elementCount() != layer.outputChannels()) {
      throw node.damaged("its bias has " + bias.elementCount() + " elements");
    }
    layer.add(NodeChain.of(node, graph, tensor), graph, bias, rank == 2);
  }

  private static Axis axis(OnnxNode node, int index, int count, int inputs, int taps) {
    int stride = node.sizes("strides", count, 1)[index];
    int dilation = node.sizes("dilations", count, 1)[index];
    int further = node.sizes("output_padding", count, 0)[index];
    int[] pads = node.sizes("pads", 2 * count, 0);
    if (stride < 1 || stride > 1 << 10 || dilation < 1) {
      throw node.damaged("a stride or dilation is unusable");
    }
    int before = pads[index];
    int after = pads[index + count];
    long full = (long) stride * (inputs - 1) + further + (taps - 1L) * dilation + 1;
    long[] given = node.integersOrNull("output_shape");
    String auto = node.text("auto_pad", "NOTSET");
    if (given != null || auto.startsWith("SAME")) {
      long outputs = given == null ? (long) inputs * stride : given[given.length - count + index];
      long total = Math.max(0, full - outputs);
      before = (int) (auto.equals("SAME_UPPER") ? total / 2 : total - total / 2);
      after = (int) (total - before);
    }
    long outputs = full - before - after;
    int size = node.size("output", outputs);
    return new Axis(inputs, taps, stride, dilation, before, 0, size).aligned();
  }

  private int outputChannels() {
    return weights.dim(1) * groups;
  }

  private void add(NodeChain chain, GraphAssembly graph, ConstantTensor bias, boolean line) {
    int phases = rows.stride * columns.stride;
    int channels = outputChannels();
    if (rows.outputs < 1 || columns.outputs < 1) {
      throw node.damaged("has no output");
    }
    Convolution2d map =
        new Convolution2d(
            input.dim(0),
            input.dim(1),
            input.dim(2),
            Math.multiplyExact(channels, phases),
            rows.kernel(),
            columns.kernel(),
            1,
            1,
            rows.padBefore(),
            columns.padBefore(),
            rows.padAfter(),
            columns.padAfter(),
            1,
            1,
            groups);
    graph.budget().charge(map.weightShape().elementCount(), node.where());
    float[] biasOrNull = bias == null ? null : new float[channels * phases];
    for (int i = 0; bias != null && i < biasOrNull.length; i++) {
      biasOrNull[i] = (float) bias.real(i / phases);
    }
    LinearOperators.finite(node, "bias", biasOrNull == null ? new float[0] : biasOrNull);
    float[] apart = LinearOperators.finite(node, "weights", weights(map));
    chain.reshape(input).linear(map, apart, biasOrNull).view(interleaved(map.outputShape()));
    int[] dims = chain.shape().dims();
    if (dims[1] != rows.outputs || dims[2] != columns.outputs) {
      chain.along(1, rows.shift, 1, rows.outputs).along(2, columns.shift, 1, columns.outputs);
    }
    if (line) {
      chain.reshape(Shape.of(channels, columns.outputs));
    }
    chain.bind();
  }

  /** Returns the weights of all phases; those of taps that a phase lacks are 0. */
  private float[] weights(Convolution2d map) {
    int inputsPerGroup = input.dim(0) / groups;
    int outputsPerGroup = weights.dim(1);
    int area = rows.kernel() * columns.kernel();
    int phases = rows.stride * columns.stride;
    float[] values = new float[map.weightShape().elementCount()];
    int from = 0;
    for (int channel = 0; channel < input.dim(0); channel++) {
      int group = channel / inputsPerGroup;
      for (int m = 0; m < outputsPerGroup; m++) {
        int row = (group * outputsPerGroup + m) * phases;
        for (int tap = 0; tap < rows.taps * columns.taps; tap++) {
          float value = (float) weights.real(from++);
          for (int phase = 0; phase < phases; phase++) {
            int u = rows.distance(tap / columns.taps, phase / columns.stride);
            int v = columns.distance(tap % columns.taps, phase % columns.stride);
            if (u != Integer.MIN_VALUE && v != Integer.MIN_VALUE) {
              int place = (rows.farthest() - u) * columns.kernel() + columns.farthest() - v;
              int at = ((row + phase) * inputsPerGroup + channel % inputsPerGroup) * area + place;
              values[at] = value;
            }
          }
        }
      }
    }
    return values;
  }

  /** Returns the view that puts the phases side by side. */
  private TensorView interleaved(Shape convolved) {
    int height = convolved.dim(1);
    int width = convolved.dim(2);
    int plane = height * width;
    List<TensorView.Axis> axes =
        List.of(
            axis(outputChannels(), 0, rows.stride * columns.stride * plane),
            axis(rows.positions(), rows.skipped(), width),
            axis(rows.stride, 0, columns.stride * plane),
            axis(columns.positions(), columns.skipped(), 1),
            axis(columns.stride, 0, plane));
    return new TensorView(
        convolved,
        0,
        axes,
        Shape.of(
            outputChannels(),
            rows.positions() * rows.stride,
            columns.positions() * columns.stride));
  }

  private static TensorView.Axis axis(int count, int start, int stride) {
    return new TensorView.Axis(count, start, 1, start + count, stride, false);
  }
}
