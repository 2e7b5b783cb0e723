// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.ReluNode;
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
  private final long opset;

  /**
   * Starts with an empty graph.
   *
   * @param batch what {@code Shape} finds: 1 or {@link ConstantTensor#BATCH}
   * @param fileNames the tensor names of the file, which names made here avoid
   * @param opset the version of ONNX's operators in the file
   * @param budget what the import may use
   */
  GraphAssembly(long batch, Set<String> fileNames, long opset, ImportBudget budget) {
    this.opset = opset;
    this.budget = budget;
    this.batch = batch;
    this.names.addAll(fileNames);
  }

  long batch() {
    return batch;
  }

  long opset() {
    return opset;
  }

  ImportBudget budget() {
    return budget;
  }

  /** Returns the nodes from which an output follows, in order. */
  List<GraphNode> nodes(String outputName) {
    Set<String> needed = new HashSet<>(Set.of(outputName));
    Deque<GraphNode> live = new ArrayDeque<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (needed.contains(nodes.get(i).name())) {
        needed.addAll(nodes.get(i).inputs());
        live.addFirst(nodes.get(i));
      }
    }
    return List.copyOf(live);
  }

  /** Makes the weights of the file known; they are decoded when something reads them. */
  void addInitializer(TensorProto tensor) {
    if (initializers.put(tensor.getName(), tensor) != null) {
      throw new ModelFormatException(
          "initializer "
              + ModelFormatException.quoted(tensor.getName())
              + ": is defined twice; the file is damaged, export it again");
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
      throw node.damaged("makes a tensor that already exists");
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
      TensorValue made = PadOperator.asView(padded, node, this);
      values.put(node.input(index), made);
      return made;
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

  /** Returns the node of this name, or null; a null name is none. */
  GraphNode nodeOrNull(String nameOrNull) {
    for (GraphNode node : nodes) {
      if (node.name().equals(nameOrNull)) {
        return node;
      }
    }
    return null;
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
    Deque<TensorValue.Form> forms = new ArrayDeque<>();
    TensorValue next = tensor;
    while (next.nodeNameOrNull() == null) {
      TensorValue.Form form = next.form();
      pending.push(next);
      forms.push(form);
      next = form.base();
    }
    while (!pending.isEmpty()) {
      addElementwise(where, pending.pop(), forms.pop());
    }
    return tensor.nodeNameOrNull();
  }

  private void addElementwise(String where, TensorValue tensor, TensorValue.Form form) {
    Formula formula = form.formula();
    String source = form.base().nodeNameOrNull();
    if (!formula.isFinite()) {
      throw new ModelFormatException(
          where + ": the coefficients of the polynomial before it overflow; rescale them");
    }
    if (formula.isIdentity()) {
      tensor.makeBy(source);
      return;
    }
    String name = tensor.name();
    List<String> inputs = List.of(source);
    Shape shape = tensor.shape();
    ActivationBasis basis = formula.isAffine() ? null : formula.basisOrNull();
    if (formula.isAffine()) {
      nodes.add(affine(where, name, source, shape, formula.seriesOrNull()));
    } else if (basis != null) {
      nodes.add(new ActivationNode(name, inputs, shape, basis));
    } else if (formula.isRelu()) {
      nodes.add(new ReluNode(name, inputs, shape));
    } else {
      budget.charge(formula.functionCount(), where);
      nodes.add(new FunctionNode(name, inputs, shape, formula.functions()));
    }
    tensor.makeBy(name);
  }

  private AffineNode affine(String where, String name, String source, Shape shape, Series line) {
    int channels = shape.dim(0);
    budget.charge(2L * channels, where);
    float[] scale = new float[channels];
    float[] shift = new float[channels];
    Arrays.fill(scale, (float) line.coefficient(1));
    Arrays.fill(shift, (float) line.coefficient(0));
    return new AffineNode(name, List.of(source), shape, scale, shift);
  }
}
