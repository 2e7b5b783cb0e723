// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.constant.TensorReader;
import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The graph under construction and what each tensor name of the file stands for. One import. */
final class GraphAssembly {
  private final Map<String, TensorProto> initializers = new HashMap<>();
  private final Map<String, ImportedValue> values = new HashMap<>();
  private final Set<String> names = new HashSet<>();
  private final List<GraphNode> nodes = new ArrayList<>();
  private final ImportBudget budget;
  private final long batch;

  /**
   * Starts with an empty graph.
   *
   * @param batch what {@code Shape} finds: 1 or {@link ConstantTensor#BATCH}
   * @param fileNames the tensor names of the file, which names made here avoid
   * @param budget what the import may use
   */
  GraphAssembly(long batch, Set<String> fileNames, ImportBudget budget) {
    this.budget = budget;
    this.batch = batch;
    this.names.addAll(fileNames);
  }

  long batch() {
    return batch;
  }

  ImportBudget budget() {
    return budget;
  }

  List<GraphNode> nodes() {
    return nodes;
  }

  /** Makes the weights of the file known; they are decoded when something reads them. */
  void addInitializer(TensorProto tensor) {
    if (initializers.put(tensor.getName(), tensor) != null) {
      throw new ModelFormatException(
          "initializer "
              + ModelFormatException.quoted(tensor.getName())
              + ": is there twice; the file is damaged, export it again");
    }
  }

  void bindInput(String name, TensorValue value) {
    values.put(name, value);
  }

  /** Gives the node's first output a meaning. */
  void bind(OnnxNode node, ImportedValue value) {
    bind(node, node.output(), value);
  }

  /** Gives one output of a node a meaning. */
  void bind(OnnxNode node, String output, ImportedValue value) {
    if (initializers.containsKey(output) || values.put(output, value) != null) {
      throw node.damaged("makes a tensor that is there already");
    }
  }

  /** Returns what a name stands for, or null if it is not known (yet). */
  ImportedValue valueOrNull(String name) {
    ImportedValue known = values.get(name);
    TensorProto initializer = known == null ? initializers.get(name) : null;
    if (initializer == null) {
      return known;
    }
    String where = "initializer " + ModelFormatException.quoted(name);
    ImportedValue.Constant read = new ImportedValue.Constant(TensorReader.read(initializer, where));
    values.put(name, read);
    return read;
  }

  /** Returns what an input of a node stands for. */
  ImportedValue value(OnnxNode node, int index) {
    ImportedValue value = valueOrNull(node.input(index));
    if (value == null) {
      throw node.damaged(
          "reads "
              + ModelFormatException.quoted(node.input(index))
              + ", which no node before it makes");
    }
    return value;
  }

  /** Returns an input that depends on the input of the network. */
  TensorValue tensor(OnnxNode node, int index) {
    ImportedValue value = value(node, index);
    if (value instanceof TensorValue tensor) {
      return tensor;
    }
    if (value instanceof ImportedValue.Padded padded) {
      throw node.refused(
          "reads the padding of " + padded.where(),
          "only Conv and AveragePool take a Pad in; use their pads instead");
    }
    throw node.refused("input " + index + " is a constant", "fold constants before export");
  }

  /** Returns an input that takes zeros around it as well. */
  ImportedValue.Padded window(OnnxNode node, int index) {
    return value(node, index) instanceof ImportedValue.Padded padded
        ? padded
        : new ImportedValue.Padded(tensor(node, index), 0, 0, 0, 0, node.where());
  }

  /** Returns an input that is known at import. */
  ConstantTensor constant(OnnxNode node, int index) {
    if (value(node, index) instanceof ImportedValue.Constant constant) {
      return constant.tensor();
    }
    throw node.refused(
        "input " + index + " is computed from the network's input",
        "it must be a constant or an initializer");
  }

  /** Returns an optional input that is known at import, or null. */
  ConstantTensor constantOrNull(OnnxNode node, int index) {
    return node.inputOrEmpty(index).isEmpty() ? null : constant(node, index);
  }

  /** Returns whether every input that is not absent is known at import. */
  boolean hasConstantInputs(OnnxNode node) {
    for (int i = 0; i < node.inputs().size(); i++) {
      if (!node.inputOrEmpty(i).isEmpty() && !(value(node, i) instanceof ImportedValue.Constant)) {
        return false;
      }
    }
    return true;
  }

  /** Adds a node to the graph; its tensor is the node's output. */
  TensorValue add(OnnxNode origin, GraphNode node) {
    requireModest(origin.where(), node.outputShape());
    names.add(node.name());
    nodes.add(node);
    return TensorValue.made(node.name(), node.outputShape());
  }

  static void requireModest(String where, Shape shape) {
    if (shape.elementCount() > ImportBudget.MAX_TENSOR_ELEMENTS) {
      throw new ModelFormatException(
          where
              + ": its tensor "
              + shape
              + " has more than "
              + ImportBudget.MAX_TENSOR_ELEMENTS
              + " elements; use a smaller input");
    }
  }

  /** Returns a name that no tensor has, for a node that the file does not name. */
  String freshName(String stem) {
    String name = stem;
    for (int i = 2; !names.add(name); i++) {
      name = stem + "~" + i;
    }
    return name;
  }

  /** Name of the node that makes a tensor; adds the node (and those below it) if need be. */
  String nodeName(String where, TensorValue tensor) {
    Deque<TensorValue> pending = new ArrayDeque<>();
    TensorValue next = tensor;
    while (next.nodeNameOrNull() == null) {
      pending.push(next);
      next = next.base();
    }
    while (!pending.isEmpty()) {
      addArithmetic(where, pending.pop());
    }
    return tensor.nodeNameOrNull();
  }

  private void addArithmetic(String where, TensorValue tensor) {
    Formula formula = tensor.formula();
    String source = tensor.base().nodeNameOrNull();
    if (!formula.isFinite()) {
      throw new ModelFormatException(
          where + ": the coefficients of the polynomial before it overflow; rescale them");
    }
    if (formula.isIdentity()) {
      tensor.makeBy(source);
      return;
    }
    Shape shape = tensor.shape();
    if (formula.degree() >= 2) {
      ActivationBasis basis = formula.basisOrNull();
      if (basis == null) {
        throw new ModelFormatException(
            where
                + ": reads a sum of cosines that is no activation: their frequencies must be up to"
                + " 31 times one of them, and beside them may stand a line but no higher power;"
                + " write the cosines of one period");
      }
      nodes.add(new ActivationNode(tensor.name(), List.of(source), shape, basis));
    } else {
      int channels = shape.dim(0);
      budget.charge(2L * channels, where);
      float[] scale = new float[channels];
      float[] shift = new float[channels];
      Arrays.fill(scale, (float) formula.coefficient(1));
      Arrays.fill(shift, (float) formula.coefficient(0));
      nodes.add(new AffineNode(tensor.name(), List.of(source), shape, scale, shift));
    }
    tensor.makeBy(tensor.name());
  }
}
