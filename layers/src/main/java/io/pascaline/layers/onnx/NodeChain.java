// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.ConcatNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Adds the nodes of one operator to the graph; each node reads the one before it. The last node has
 * the name of the operator's output, so each node is added only when the next one is known.
 */
final class NodeChain {
  private final OnnxNode node;
  private final GraphAssembly graph;
  private final String output;
  private TensorValue latest;
  private Step pending;

  private record Step(String kind, Shape shape, BiFunction<String, List<String>, GraphNode> make) {}

  private NodeChain(OnnxNode node, GraphAssembly graph, String output, TensorValue input) {
    this.node = node;
    this.graph = graph;
    this.output = output;
    this.latest = input;
  }

  /** Starts from a tensor, towards the operator's first output. */
  static NodeChain of(OnnxNode node, GraphAssembly graph, TensorValue input) {
    return new NodeChain(node, graph, node.output(), input);
  }

  /** Starts from a tensor, towards a tensor of this name. */
  static NodeChain towards(String output, OnnxNode node, GraphAssembly graph, TensorValue input) {
    return new NodeChain(node, graph, output, input);
  }

  /** Returns the shape that the next node reads. */
  Shape shape() {
    return pending == null ? latest.shape() : pending.shape;
  }

  /** Adds a node of any kind. */
  NodeChain then(String kind, Shape shape, BiFunction<String, List<String>, GraphNode> make) {
    tensor();
    GraphAssembly.requireModest(node.where(), shape);
    pending = new Step(kind, shape, make);
    return this;
  }

  NodeChain reshape(Shape shape) {
    Shape from = shape();
    return shape.equals(from)
        ? this
        : then("reshape", shape, (name, inputs) -> new ReshapeNode(name, inputs, from, shape));
  }

  NodeChain view(TensorView view) {
    return view(view, 0);
  }

  NodeChain view(TensorView view, float pad) {
    if (view.isIdentity()) {
      return reshape(view.outputShape());
    }
    float used = view.isPadded() ? pad : 0;
    return then(
        "view", view.outputShape(), (name, inputs) -> new ViewNode(name, inputs, view, used));
  }

  /** Reads one dimension in steps; see {@link TensorView#along}. */
  NodeChain along(int dimension, int start, int step, int count) {
    return view(TensorView.along(shape(), dimension, start, step, count, false));
  }

  /**
   * Reads one dimension in several runs, one behind the other.
   *
   * @param runs each of them start, step and count
   */
  NodeChain joinedViews(int dimension, List<int[]> runs) {
    TensorValue source = tensor();
    List<TensorValue> parts = new ArrayList<>();
    for (int[] run : runs) {
      parts.add(branch(source).along(dimension, run[0], run[1], run[2]).tensor());
    }
    return joined(dimension, parts);
  }

  /** Starts again from a tensor, towards the same output. */
  NodeChain branch(TensorValue source) {
    return new NodeChain(node, graph, output, source);
  }

  /** Continues with tensors one behind the other. */
  NodeChain joined(int dimension, List<TensorValue> parts) {
    if (parts.size() == 1) {
      latest = parts.get(0);
      pending = null;
      return this;
    }
    List<String> sources = parts.stream().map(part -> graph.nodeName(node.where(), part)).toList();
    Concatenation geometry =
        new Concatenation(parts.stream().map(TensorValue::shape).toList(), dimension);
    return then(
        "concat",
        geometry.outputShape(),
        (name, inputs) -> new ConcatNode(name, sources, geometry));
  }

  NodeChain averagePool(PoolWindow window) {
    return window.area() == 1 && window.outputShape().equals(shape())
        ? this
        : then(
            "mean",
            window.outputShape(),
            (name, inputs) -> new AveragePoolNode(name, inputs, window, true));
  }

  NodeChain maxPool(PoolWindow window) {
    return then(
        "max", window.outputShape(), (name, inputs) -> new MaxPoolNode(name, inputs, window));
  }

  NodeChain linear(LinearMap map, float[] weights, float[] biasOrNull) {
    return then(
        "linear",
        map.outputShape(),
        (name, inputs) -> new LinearNode(name, inputs, map, weights, biasOrNull));
  }

  /** Returns the latest tensor, under a name of its own. */
  TensorValue tensor() {
    if (pending != null) {
      make(graph.freshName(output + "/" + pending.kind));
    }
    return latest;
  }

  /** Returns the latest tensor, under the name of the output. */
  TensorValue end() {
    if (pending != null) {
      make(output);
    }
    return latest;
  }

  /** Gives the operator's output the latest tensor as its meaning. */
  void bind() {
    graph.bind(node, output, end());
  }

  private void make(String name) {
    Step step = pending;
    pending = null;
    String source = graph.nodeName(node.where(), latest);
    latest = graph.add(node, step.make.apply(name, List.of(source)));
  }
}
