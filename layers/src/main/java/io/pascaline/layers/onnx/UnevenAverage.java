// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * An average pool that does not count its padding. Windows at the edge have fewer elements than
 * other windows. Each rectangle of windows with equally many elements is therefore a separate pool
 * on the part of the input that it reads, and the results are concatenated.
 */
final class UnevenAverage {
  private static final int MAX_PARTS = 256;

  private UnevenAverage() {}

  /** Windows in a row along an axis that have equally many elements inside the input. */
  private record Part(int start, int length, int count) {}

  /** Continues with the averages. */
  static void add(OnnxNode node, NodeChain chain, WindowAttributes window) {
    Shape shape = chain.shape();
    List<Part> rows =
        parts(
            shape.dim(1),
            window.kernelHeight(),
            window.strideHeight(),
            window.padTop(),
            window.padBottom());
    List<Part> columns =
        parts(
            shape.dim(2),
            window.kernelWidth(),
            window.strideWidth(),
            window.padLeft(),
            window.padRight());
    if (rows.isEmpty() || columns.isEmpty() || (long) rows.size() * columns.size() > MAX_PARTS) {
      throw node.refused(
          "its windows have more than "
              + MAX_PARTS
              + " different positions at the edge, or are empty",
          "use count_include_pad=True, or less padding");
    }
    TensorValue source = chain.tensor();
    List<TensorValue> lines = new ArrayList<>();
    for (Part row : rows) {
      List<TensorValue> places = new ArrayList<>();
      for (Part column : columns) {
        NodeChain part = chain.branch(source);
        int height = row.length + (row.count - 1) * window.strideHeight();
        int width = column.length + (column.count - 1) * window.strideWidth();
        part.along(1, row.start, 1, height).along(2, column.start, 1, width);
        part.averagePool(
            new PoolWindow(
                shape.dim(0),
                height,
                width,
                row.length,
                column.length,
                window.strideHeight(),
                window.strideWidth(),
                0,
                0,
                0,
                0));
        places.add(part.tensor());
      }
      lines.add(chain.branch(source).joined(2, places).tensor());
    }
    chain.joined(1, lines);
  }

  private static List<Part> parts(int size, int kernel, int stride, int before, int after) {
    List<Part> parts = new ArrayList<>();
    long count = Math.floorDiv((long) size + before + after - kernel, (long) stride) + 1;
    for (int i = 0; i < count && parts.size() <= MAX_PARTS; i++) {
      int from = Math.max(0, i * stride - before);
      int length = Math.min(size, i * stride - before + kernel) - from;
      if (length < 1) {
        return List.of();
      }
      Part last = parts.isEmpty() ? null : parts.get(parts.size() - 1);
      boolean continues =
          last != null && last.length == length && from == last.start + last.count * stride;
      if (continues) {
        parts.set(parts.size() - 1, new Part(last.start, length, last.count + 1));
      } else {
        parts.add(new Part(from, length, 1));
      }
    }
    return parts;
  }
}
