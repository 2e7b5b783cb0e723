// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import ai.onnx.proto.OnnxMl.GraphProto;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Writes network graphs as ONNX models that any ONNX runtime evaluates, for any number of inputs at
 * a time: the first dimension of each tensor is the batch. All kinds of nodes can be written.
 * Operators are those of opset 17 and the model-local functions {@code io.pascaline.Polynomial},
 * {@code io.pascaline.Trigonometric} and {@link HarmonicsFunction}. The bytes depend on the
 * arguments only. Stateless.
 */
public final class OnnxWriter {
  /** Operator type of polynomial activations; a model's second one has a 2 after it. */
  public static final String POLYNOMIAL = PolynomialFunction.NAME;

  /** Protobuf's messages end at 2 GiB; what is no constant is small. */
  private static final long MAX_CONSTANT_BYTES = (1L << 31) - (1L << 26);

  private OnnxWriter() {}

  /** Returns whether the constants of a network fit an ONNX file. */
  public static boolean isWritable(NetworkGraph graph) {
    long bytes = 0;
    for (GraphNode node : graph.nodes()) {
      if (node instanceof LinearNode linear) {
        bytes += (long) Float.BYTES * linear.weights().length;
      } else if (node instanceof ViewNode view) {
        // An index of each element, in up to five bytes.
        bytes += 5L * view.outputShape().elementCount();
      }
    }
    return bytes <= MAX_CONSTANT_BYTES;
  }

  /**
   * Writes a network whose nodes keep their names.
   *
   * @param graph the network
   * @param input the name of its input in the model
   * @param output the name of its output in the model
   * @throws IllegalArgumentException if the constants do not fit an ONNX file (2 GiB)
   */
  public static OnnxModel named(NetworkGraph graph, String input, String output) {
    return write(
        graph,
        List.of(graph.outputName()),
        name -> {
          if (name.equals(graph.inputName())) {
            return input;
          }
          return name.equals(graph.outputName()) ? output : name;
        });
  }

  /**
   * Writes a network for a run.
   *
   * @param graph the network
   * @param tensors names of nodes, whose tensors are the model's outputs in this order
   * @throws IllegalArgumentException if the constants do not fit an ONNX file (2 GiB)
   */
  public static OnnxModel withOutputs(NetworkGraph graph, Collection<String> tensors) {
    return write(graph, tensors, numbered(graph));
  }

  /**
   * Writes a network and its variants, in each of which one node is replaced, for a run with one
   * input.
   *
   * @param graph the network
   * @param replacements nodes of the same names, inputs and shapes as those that they replace
   * @throws IllegalArgumentException if the constants do not fit an ONNX file (2 GiB)
   */
  public static ReplacedNodes withReplacements(
      NetworkGraph graph, List<? extends GraphNode> replacements) {
    return new ReplacementWriter(graph, replacements).write();
  }

  /** Returns names that no constant and no other tensor of the model can have. */
  static UnaryOperator<String> numbered(NetworkGraph graph) {
    Map<String, String> names = new HashMap<>();
    names.put(graph.inputName(), "input");
    for (GraphNode node : graph.nodes()) {
      names.put(node.name(), "t" + names.size());
    }
    return names::get;
  }

  private static OnnxModel write(
      NetworkGraph graph, Collection<String> outputs, UnaryOperator<String> names) {
    ActivationFunctions functions = new ActivationFunctions();
    GraphProto.Builder proto = started(graph, names.apply(graph.inputName()));
    NodeWriter writer = new NodeWriter(proto, functions);
    Map<String, Shape> shapes = new HashMap<>();
    for (GraphNode node : graph.nodes()) {
      List<String> inputs = new ArrayList<>();
      node.inputs().forEach(input -> inputs.add(names.apply(input)));
      writer.write(node, inputs, names.apply(node.name()));
      shapes.put(node.name(), node.outputShape());
    }
    for (String tensor : outputs) {
      int[] dims = NodeWriter.dims(shapes.get(tensor));
      proto.addOutput(OnnxValues.tensor(names.apply(tensor), "N", dims));
    }
    return new OnnxModel(proto.build(), functions);
  }

  static GraphProto.Builder started(NetworkGraph graph, String input) {
    if (!isWritable(graph)) {
      throw new IllegalArgumentException(
          "network '" + graph.name() + "' has 2 GiB of constants, an ONNX file must have less");
    }
    return GraphProto.newBuilder()
        .setName(graph.name())
        .addInput(OnnxValues.tensor(input, "N", NodeWriter.dims(graph.inputShape())));
  }
}
