// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code Pad}. Zeros around rows and columns become part of the padding of the next convolution or
 * average pool. All other padding is a view.
 */
final class PadOperator {
  private PadOperator() {}

  static void pad(OnnxNode node, GraphAssembly graph) {
    ImportedValue.Padded input = graph.window(node, 0);
    int rank = input.source().shape().rank();
    long[] pads = pads(node, graph, rank + 1);
    if (pads[0] != 0 || pads[rank + 1] != 0) {
      throw node.refused("pads the batch", "the batch must stay as it is");
    }
    int[] before = new int[rank];
    int[] after = new int[rank];
    boolean none = true;
    boolean waits = rank == 3 && pads[1] == 0 && pads[rank + 2] == 0;
    for (int d = 0; d < rank; d++) {
      before[d] = signedSize(node, pads[d + 1]);
      after[d] = signedSize(node, pads[rank + 2 + d]);
      none &= before[d] == 0 && after[d] == 0;
      waits &= before[d] >= 0 && after[d] >= 0;
    }
    if (none) {
      graph.bind(node, graph.value(node, 0));
      return;
    }
    String mode = node.text("mode", "constant");
    float value = mode.equals("constant") ? value(node, graph) : 0;
    if (mode.equals("constant") && value == 0 && waits) {
      graph.bind(
          node,
          new ImportedValue.Padded(
              input.source(),
              node.size("pads", input.padTop() + before[1]),
              node.size("pads", input.padLeft() + before[2]),
              node.size("pads", input.padBottom() + after[1]),
              node.size("pads", input.padRight() + after[2]),
              node.where()));
      return;
    }
    NodeChain chain = NodeChain.of(node, graph, graph.tensor(node, 0));
    switch (mode) {
      case "constant" -> chain.view(TensorView.padded(chain.shape(), before, after, false), value);
      case "edge" -> chain.view(TensorView.padded(chain.shape(), before, after, true));
      case "reflect", "wrap" -> {
        for (int d = 0; d < rank; d++) {
          if (before[d] != 0 || after[d] != 0) {
            continued(node, chain, mode.equals("wrap"), d, before[d], after[d]);
          }
        }
      }
      default -> throw node.refused("pads by mode '" + mode + "'", "pad with a constant");
    }
    chain.bind();
  }

  /** Continues with a dimension that is mirrored at both ends, or repeated. */
  private static void continued(
      OnnxNode node, NodeChain chain, boolean wraps, int d, int before, int after) {
    int dim = chain.shape().dim(d);
    int max = wraps ? dim : dim - 1;
    if (before < 0 || after < 0 || before > max || after > max) {
      throw node.refused(
          "pads a dimension of " + dim + " by " + before + " and " + after,
          "pad by fewer than the dimension has, or with a constant");
    }
    List<int[]> runs = new ArrayList<>();
    if (before > 0) {
      runs.add(wraps ? new int[] {dim - before, 1, before} : new int[] {before, -1, before});
    }
    runs.add(new int[] {0, 1, dim});
    if (after > 0) {
      runs.add(wraps ? new int[] {0, 1, after} : new int[] {dim - 2, -1, after});
    }
    chain.joinedViews(d, runs);
  }

  /** Returns the same with its zeros as a view, for readers that do not take zeros in. */
  static TensorValue asView(ImportedValue.Padded padded, OnnxNode reader, GraphAssembly graph) {
    Shape shape = padded.source().shape();
    int[] before = {0, padded.padTop(), padded.padLeft()};
    int[] after = {0, padded.padBottom(), padded.padRight()};
    return NodeChain.towards(padded.source().name() + "/padded", reader, graph, padded.source())
        .view(TensorView.padded(shape, before, after, false))
        .tensor();
  }

  private static int signedSize(OnnxNode node, long pad) {
    return pad < 0 ? -node.size("pads", -pad) : node.size("pads", pad);
  }

  /** Elements before each axis, then after each axis, batch included. */
  private static long[] pads(OnnxNode node, GraphAssembly graph, int rank) {
    long[] given = node.integersOrNull("pads");
    if (given == null) {
      given = graph.constant(node, 1).integers(node);
    }
    ConstantTensor axesTensor = graph.constantOrNull(node, 3);
    long[] axes = axesTensor == null ? null : axesTensor.integers(node);
    int count = axes == null ? rank : axes.length;
    if (given.length != 2 * count || count > rank) {
      throw node.damaged("has " + given.length + " pads for " + count + " axes");
    }
    long[] pads = new long[2 * rank];
    for (int i = 0; i < count; i++) {
      int axis = axes == null ? i : node.axis(axes[i], rank);
      pads[axis] = given[i];
      pads[axis + rank] = given[i + count];
    }
    return pads;
  }

  private static float value(OnnxNode node, GraphAssembly graph) {
    ConstantTensor value = graph.constantOrNull(node, 2);
    if (value == null) {
      return node.real("value", 0);
    }
    if (value.elementCount() != 1 || value.hasBatch() || !Float.isFinite((float) value.real(0))) {
      throw node.refused("pads with a value that is not one finite number", "pad with a constant");
    }
    return (float) value.real(0);
  }
}
