// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.evaluate;

import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.ConcatNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ProductNode;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.protocols.linear.Convolution2d;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A graph in double arithmetic, by the definitions and without any folding. */
final class DoubleReference {
  private DoubleReference() {}

  static double[] run(NetworkGraph graph, float[] input) {
    double[] start = new double[input.length];
    for (int i = 0; i < input.length; i++) {
      start[i] = input[i];
    }
    Map<String, double[]> tensors = new HashMap<>();
    tensors.put(graph.inputName(), start);
    for (GraphNode node : graph.nodes()) {
      double[] first = tensors.get(node.inputs().get(0));
      double[] last = tensors.get(node.inputs().get(node.inputs().size() - 1));
      if (node instanceof ConcatNode concat) {
        double[] all = new double[concat.outputShape().elementCount()];
        concat
            .geometry()
            .forEachRun(
                (part, from, to, count) ->
                    System.arraycopy(tensors.get(concat.inputs().get(part)), from, all, to, count));
        tensors.put(node.name(), all);
      } else {
        tensors.put(node.name(), apply(node, first, last));
      }
    }
    return tensors.get(graph.outputName());
  }

  private static double[] apply(GraphNode node, double[] x, double[] other) {
    if (node instanceof LinearNode linear) {
      return linear(linear, x);
    }
    if (node instanceof AveragePoolNode pool) {
      return pool(pool, x);
    }
    if (node instanceof MaxPoolNode pool) {
      return maxPool(pool, x);
    }
    if (node instanceof ViewNode view) {
      return view.view().apply(x, (double) view.pad());
    }
    double[] y = x.clone();
    for (int i = 0; i < y.length; i++) {
      if (node instanceof AffineNode affine) {
        int channel = i / (y.length / affine.scalePerChannel().length);
        y[i] = x[i] * affine.scalePerChannel()[channel] + affine.shiftPerChannel()[channel];
      } else if (node instanceof ActivationNode activation) {
        y[i] = activation.basis().value(x[i]);
      } else if (node instanceof ReluNode) {
        y[i] = Math.max(0, x[i]);
      } else if (node instanceof ProductNode) {
        y[i] = x[i] * other[i / (x.length / other.length)];
      } else if (node instanceof AddNode add) {
        y[i] = add.subtracts() ? x[i] - other[i] : x[i] + other[i];
      }
    }
    return y;
  }

  private static double[] linear(LinearNode node, double[] x) {
    double[] y = new double[node.map().outputShape().elementCount()];
    int rows = node.map().outputShape().dim(0);
    for (int at = 0; at < y.length; at++) {
      int row = at / (y.length / rows);
      y[at] = node.biasOrNull() == null ? 0 : node.biasOrNull()[row];
      if (node.map() instanceof Convolution2d c) {
        y[at] += window(c, node.weights(), x, row, at % (y.length / rows));
      } else {
        for (int i = 0; i < x.length; i++) {
          y[at] += (double) node.weights()[row * x.length + i] * x[i];
        }
      }
    }
    return y;
  }

  private static double window(Convolution2d c, float[] weights, double[] x, int row, int place) {
    int perGroup = c.inputChannels() / c.groups();
    int firstChannel = row / (c.outputChannels() / c.groups()) * perGroup;
    int top = place / c.outputWidth() * c.strideHeight() - c.padTop();
    int left = place % c.outputWidth() * c.strideWidth() - c.padLeft();
    double sum = 0;
    for (int i = 0; i < perGroup; i++) {
      for (int ky = 0; ky < c.kernelHeight(); ky++) {
        for (int kx = 0; kx < c.kernelWidth(); kx++) {
          int line = top + ky * c.dilationHeight();
          int column = left + kx * c.dilationWidth();
          if (line >= 0 && line < c.inputHeight() && column >= 0 && column < c.inputWidth()) {
            int tap = ((row * perGroup + i) * c.kernelHeight() + ky) * c.kernelWidth() + kx;
            int from = ((firstChannel + i) * c.inputHeight() + line) * c.inputWidth();
            sum += weights[tap] * x[from + column];
          }
        }
      }
    }
    return sum;
  }

  private static double[] pool(AveragePoolNode node, double[] x) {
    int height = node.inputShape().dim(1);
    int width = node.inputShape().dim(2);
    int columns = node.outputShape().dim(2);
    int plane = node.outputShape().dim(1) * columns;
    double[] y = new double[node.outputShape().elementCount()];
    for (int at = 0; at < y.length; at++) {
      int top = at % plane / columns * node.window().strideHeight() - node.window().padTop();
      int left = at % columns * node.window().strideWidth() - node.window().padLeft();
      for (int ky = 0; ky < node.window().kernelHeight(); ky++) {
        for (int kx = 0; kx < node.window().kernelWidth(); kx++) {
          boolean inside =
              top + ky >= 0 && top + ky < height && left + kx >= 0 && left + kx < width;
          int from = (at / plane * height + top + ky) * width + left + kx;
          y[at] += inside ? x[from] / node.windowElementCount() : 0;
        }
      }
    }
    return y;
  }

  private static double[] maxPool(MaxPoolNode node, double[] x) {
    int height = node.inputShape().dim(1);
    int width = node.inputShape().dim(2);
    int columns = node.outputShape().dim(2);
    int plane = node.outputShape().dim(1) * columns;
    double[] y = new double[node.outputShape().elementCount()];
    Arrays.fill(y, Double.NEGATIVE_INFINITY);
    for (int at = 0; at < y.length; at++) {
      int top = at % plane / columns * node.window().strideHeight() - node.window().padTop();
      int left = at % columns * node.window().strideWidth() - node.window().padLeft();
      for (int tap = 0; tap < node.window().kernelHeight() * node.window().kernelWidth(); tap++) {
        int row = top + tap / node.window().kernelWidth();
        int column = left + tap % node.window().kernelWidth();
        if (row >= 0 && row < height && column >= 0 && column < width) {
          y[at] = Math.max(y[at], x[(at / plane * height + row) * width + column]);
        }
      }
    }
    return y;
  }
}
