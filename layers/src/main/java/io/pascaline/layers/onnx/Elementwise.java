// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The inputs of an element-wise operator, and what it makes of them. */
final class Elementwise {
  private final OnnxNode node;
  private final GraphAssembly graph;
  private final List<TensorValue> tensors = new ArrayList<>();

  /** The formula of each input that is a constant; null for tensors. */
  private final List<Formula> constants = new ArrayList<>();

  private Elementwise(OnnxNode node, GraphAssembly graph) {
    this.node = node;
    this.graph = graph;
  }

  /**
   * Reads all inputs of a node.
   *
   * @throws ModelFormatException if no input is a tensor, or shapes differ, or a constant varies
   *     within a channel
   */
  static Elementwise of(OnnxNode node, GraphAssembly graph) {
    Elementwise inputs = new Elementwise(node, graph);
    for (int i = 0; i < node.inputs().size(); i++) {
      if (!(graph.value(node, i) instanceof ImportedValue.Constant)) {
        inputs.tensors.add(graph.tensor(node, i));
      }
    }
    if (inputs.tensors.isEmpty()) {
      throw node.refused("has constant inputs only", "fold constants before export");
    }
    Shape shape = inputs.tensors.get(0).shape();
    for (TensorValue tensor : inputs.tensors) {
      requireSameShape(node, shape, tensor.shape());
    }
    for (int i = 0; i < node.inputs().size(); i++) {
      if (graph.value(node, i) instanceof ImportedValue.Constant constant) {
        ChannelConstant values = ChannelConstant.of(node, constant.tensor(), shape, graph.budget());
        inputs.constants.add(Formula.constants(values.requireChannelwise(node)));
      } else {
        inputs.constants.add(null);
      }
    }
    return inputs;
  }

  /**
   * Returns the node's output as a function of a tensor of which all inputs are functions, or null
   * if there is no such tensor. The operation gets one formula for each input.
   */
  TensorValue resultOrNull(Function<List<Formula>, Formula> operation) {
    TensorValue result =
        TensorValue.combineOrNull(
            node.output(), tensors, formulas -> operation.apply(withConstants(formulas)));
    if (result != null) {
      graph.budget().charge(result.channelFunctionCount(), node.where());
    }
    return result;
  }

  /**
   * Gives the node's output its meaning.
   *
   * @throws ModelFormatException if the inputs are not functions of one tensor
   */
  void bind(Function<List<ScalarFunction>, ScalarFunction> operation) {
    TensorValue result = resultOrNull(formulas -> Formula.ofOrNull(formulas, operation));
    if (result == null) {
      throw node.refused("combines different tensors", ArithmeticOperators.REMEDY);
    }
    graph.bind(node, result);
  }

  /** Gives the node's output its meaning: a function of the one input. */
  void bind(ScalarFunction function) {
    bind(operands -> function.after(operands.get(0)));
  }

  private List<Formula> withConstants(List<Formula> formulas) {
    List<Formula> all = new ArrayList<>(constants);
    int next = 0;
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i) == null) {
        all.set(i, formulas.get(next++));
      }
    }
    return all;
  }

  static void requireSameShape(OnnxNode node, Shape left, Shape right) {
    if (!left.equals(right)) {
      throw node.refused(
          "its tensors have shapes " + left + " and " + right, ArithmeticOperators.REMEDY);
    }
  }
}
