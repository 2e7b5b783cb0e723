// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.ProductNode;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Operation;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Element-wise arithmetic. Functions of one tensor are combined into one function; sums and
 * products with constants that differ by channel or element are affine nodes; of two tensors that
 * have nothing in common there are sums, products, and what follows from sums and a ReLU.
 */
final class ArithmeticOperators {
  /** What can be done instead of combining two tensors. */
  static final String REMEDY =
      "two tensors can be combined by sums, products and maxima only, unless both are"
          + " element-wise functions of one tensor";

  private ArithmeticOperators() {}

  static void add(OnnxNode node, GraphAssembly graph) {
    graph.bind(node, sum(node, graph, Combination.ADD));
  }

  static void subtract(OnnxNode node, GraphAssembly graph) {
    graph.bind(node, sum(node, graph, Combination.SUBTRACT));
  }

  /** {@code Sum} of any number of tensors, from the left. */
  static void sumAll(OnnxNode node, GraphAssembly graph) {
    chain(node, graph, "Add", ArithmeticOperators::add);
  }

  /** {@code Mean} of any number of tensors. */
  static void meanOfAll(OnnxNode node, GraphAssembly graph) {
    String sum = graph.freshName(node.output() + "/sum");
    sumAll(pair(node, "Sum", node.inputs(), sum), graph);
    String part = graph.freshName(node.output() + "/part");
    float[] value = {1f / node.inputs().size()};
    graph.bind(node, part, new ImportedValue.Constant(ConstantTensor.ofFloats(new int[0], value)));
    multiply(pair(node, "Mul", List.of(sum, part), node.output()), graph);
  }

  static void multiply(OnnxNode node, GraphAssembly graph) {
    graph.bind(node, product(node, graph, Combination.MULTIPLY));
  }

  static void divide(OnnxNode node, GraphAssembly graph) {
    graph.bind(node, product(node, graph, Combination.DIVIDE));
  }

  static void power(OnnxNode node, GraphAssembly graph) {
    node.input(1);
    graph.bind(node, combined(node, Elementwise.of(node, graph), Combination.POWER));
  }

  static void cosine(OnnxNode node, GraphAssembly graph) {
    wave(node, graph, Operation.COS);
  }

  static void sine(OnnxNode node, GraphAssembly graph) {
    wave(node, graph, Operation.SIN);
  }

  private static void wave(OnnxNode node, GraphAssembly graph, Operation operation) {
    TensorValue angle = graph.tensor(node, 0);
    graph.bind(node, TensorValue.mapOrNull(node.output(), angle, f -> f.applyOrNull(operation)));
  }

  static void negate(OnnxNode node, GraphAssembly graph) {
    TensorValue tensor = graph.tensor(node, 0);
    graph.bind(
        node,
        TensorValue.mapOrNull(
            node.output(),
            tensor,
            f -> f.combineOrNull(Combination.MULTIPLY, Formula.constant(-1))));
  }

  static void maximum(OnnxNode node, GraphAssembly graph) {
    chain(node, graph, "Max", (pair, g) -> g.bind(pair, extreme(pair, g, Combination.MAX)));
  }

  static void minimum(OnnxNode node, GraphAssembly graph) {
    chain(node, graph, "Min", (pair, g) -> g.bind(pair, extreme(pair, g, Combination.MIN)));
  }

  private interface Binary {
    void bind(OnnxNode node, GraphAssembly graph);
  }

  /** Applies an operator of two inputs to any number of them, from the left. */
  private static void chain(OnnxNode node, GraphAssembly graph, String operator, Binary binary) {
    List<String> inputs = node.inputs();
    if (inputs.size() < 2) {
      node.input(0);
      graph.bind(node, graph.value(node, 0));
      return;
    }
    String left = node.input(0);
    for (int i = 1; i < inputs.size(); i++) {
      boolean last = i == inputs.size() - 1;
      String output = last ? node.output() : graph.freshName(node.output() + "/" + i);
      OnnxNode pair =
          new OnnxNode(
              "",
              operator,
              node.label(),
              List.of(left, node.input(i)),
              List.of(output),
              node.attributes());
      OperatorTable.importNode(pair, graph, binary::bind);
      left = output;
    }
  }

  /** {@code left + right} or {@code left - right}. */
  private static TensorValue sum(OnnxNode node, GraphAssembly graph, Combination combination) {
    int sign = combination == Combination.SUBTRACT ? -1 : 1;
    if (graph.value(node, 0) instanceof ImportedValue.Constant constant) {
      TensorValue tensor = graph.tensor(node, 1);
      ChannelConstant shift = constant(node, graph, constant.tensor(), tensor);
      return affine(node, graph, tensor, shift, combination, c -> sign, shift::value);
    }
    if (graph.value(node, 1) instanceof ImportedValue.Constant constant) {
      TensorValue tensor = graph.tensor(node, 0);
      ChannelConstant shift = constant(node, graph, constant.tensor(), tensor);
      return affine(node, graph, tensor, shift, combination, c -> 1, c -> sign * shift.value(c));
    }
    TensorValue[] operands = RepeatOperators.ofOneShape(node, graph);
    TensorValue left = operands[0];
    TensorValue right = operands[1];
    TensorValue function =
        TensorValue.combineOrNull(
            node.output(),
            List.of(left, right),
            f -> f.get(0).combineOrNull(combination, f.get(1)));
    Effort apart = left.effort().plus(right.effort());
    if (function != null && function.effort().compareTo(apart) <= 0) {
      return function;
    }
    String output = node.output();
    String leftName = graph.nodeName(node.where(), left);
    String rightName = graph.nodeName(node.where(), right);
    TensorValue sum =
        graph.add(node, new AddNode(output, List.of(leftName, rightName), left.shape(), sign < 0));
    // Known as a function as well, for what follows.
    return function == null ? sum : function.madeBy(output);
  }

  /** {@code left * right} or {@code left / right}. */
  private static TensorValue product(OnnxNode node, GraphAssembly graph, Combination combination) {
    boolean divide = combination == Combination.DIVIDE;
    ImportedValue left = graph.value(node, 0);
    ImportedValue right = graph.value(node, 1);
    if (right instanceof ImportedValue.Constant constant) {
      TensorValue tensor = graph.tensor(node, 0);
      ChannelConstant scale = constant(node, graph, constant.tensor(), tensor);
      for (int i = 0; divide && i < scale.count(); i++) {
        if (scale.value(i) == 0) {
          throw node.refused("divides by zero", "correct the model");
        }
      }
      return affine(
          node,
          graph,
          tensor,
          scale,
          combination,
          c -> divide ? 1 / scale.value(c) : scale.value(c),
          c -> 0);
    }
    if (left instanceof ImportedValue.Constant constant && !divide) {
      TensorValue tensor = graph.tensor(node, 1);
      ChannelConstant scale = constant(node, graph, constant.tensor(), tensor);
      return affine(node, graph, tensor, scale, combination, scale::value, c -> 0);
    }
    return divide
        ? combined(node, Elementwise.of(node, graph), combination)
        : productOfTensors(node, graph);
  }

  /** Returns a function, if both are functions of one tensor, or a node that multiplies them. */
  private static TensorValue productOfTensors(OnnxNode node, GraphAssembly graph) {
    TensorValue left = graph.tensor(node, 0);
    TensorValue right = graph.tensor(node, 1);
    if (left.shape().equals(right.shape())) {
      TensorValue function =
          Elementwise.of(node, graph)
              .resultOrNull(f -> f.get(0).combineOrNull(Combination.MULTIPLY, f.get(1)));
      if (function != null) {
        return function;
      }
    } else if (ProductNode.isOnePerChannel(right.shape(), left.shape())) {
      TensorValue factor = left;
      left = right;
      right = factor;
    } else if (!ProductNode.isOnePerChannel(left.shape(), right.shape())) {
      TensorValue[] operands = RepeatOperators.ofOneShape(node, graph);
      left = operands[0];
      right = operands[1];
    }
    String first = graph.nodeName(node.where(), left);
    String second = graph.nodeName(node.where(), right);
    return graph.add(
        node, new ProductNode(node.output(), List.of(first, second), left.shape(), right.shape()));
  }

  /**
   * Returns the larger or smaller of two tensors that may have nothing in common: {@code b +
   * relu(a-b)}.
   */
  private static TensorValue extreme(OnnxNode node, GraphAssembly graph, Combination combination) {
    if (!RepeatOperators.differ(node, graph)) {
      TensorValue function =
          Elementwise.of(node, graph)
              .resultOrNull(f -> f.get(0).combineOrNull(combination, f.get(1)));
      if (function != null) {
        return function;
      }
    }
    boolean max = combination == Combination.MAX;
    String stem = node.output();
    String difference = graph.freshName(stem + "/difference");
    String excess = graph.freshName(stem + "/excess");
    List<String> operands = max ? node.inputs() : List.of(node.input(1), node.input(0));
    graph.bind(
        node,
        difference,
        sum(pair(node, "Sub", operands, difference), graph, Combination.SUBTRACT));
    FunctionOperators.function(pair(node, "Relu", List.of(difference), excess), graph);
    OnnxNode last = pair(node, max ? "Add" : "Sub", List.of(node.input(1), excess), stem);
    return sum(last, graph, max ? Combination.ADD : Combination.SUBTRACT);
  }

  private static OnnxNode pair(
      OnnxNode origin, String operator, List<String> inputs, String output) {
    return new OnnxNode("", operator, origin.label(), inputs, List.of(output), origin.attributes());
  }

  private static TensorValue combined(OnnxNode node, Elementwise inputs, Combination combination) {
    TensorValue function = inputs.resultOrNull(f -> f.get(0).combineOrNull(combination, f.get(1)));
    if (function == null) {
      String what =
          switch (combination) {
            case DIVIDE -> "divides two different tensors";
            default -> "combines two different tensors";
          };
      throw node.refused(what, REMEDY);
    }
    return function;
  }

  private static ChannelConstant constant(
      OnnxNode node, GraphAssembly graph, ConstantTensor constant, TensorValue tensor) {
    return ChannelConstant.of(node, constant, tensor.shape(), graph.budget());
  }

  /**
   * Scales and shifts a node's only tensor. One constant for all is a function; others are an
   * affine node and, where they differ by channel, a function as well.
   */
  private static TensorValue affine(
      OnnxNode node,
      GraphAssembly graph,
      TensorValue tensor,
      ChannelConstant constant,
      Combination combination,
      IntToDoubleFunction scale,
      IntToDoubleFunction shift) {
    if (constant.isPerElement()) {
      return perElement(node, graph, tensor, scale, shift);
    }
    TensorValue function =
        Elementwise.of(node, graph)
            .resultOrNull(f -> f.get(0).combineOrNull(combination, f.get(1)));
    if (constant.uniform() && function != null) {
      return function;
    }
    Shape shape = tensor.shape();
    float[] scales = floats(node, graph, shape.dim(0), scale);
    float[] shifts = floats(node, graph, shape.dim(0), shift);
    String source = graph.nodeName(node.where(), tensor);
    TensorValue made =
        graph.add(node, new AffineNode(node.output(), List.of(source), shape, scales, shifts));
    // Known as a function as well, for what follows.
    return function == null ? made : function.madeBy(node.output());
  }

  /** Scales and shifts each element. */
  private static TensorValue perElement(
      OnnxNode node,
      GraphAssembly graph,
      TensorValue tensor,
      IntToDoubleFunction scale,
      IntToDoubleFunction shift) {
    return PerElement.map(
        node,
        graph,
        tensor,
        (i, j) ->
            scale.applyAsDouble(i) == scale.applyAsDouble(j)
                && shift.applyAsDouble(i) == shift.applyAsDouble(j),
        (name, inputs, shape, element) ->
            new AffineNode(
                name,
                inputs,
                shape,
                floats(node, graph, shape.dim(0), c -> scale.applyAsDouble(element.applyAsInt(c))),
                floats(
                    node, graph, shape.dim(0), c -> shift.applyAsDouble(element.applyAsInt(c)))));
  }

  private static float[] floats(
      OnnxNode node, GraphAssembly graph, int count, IntToDoubleFunction values) {
    graph.budget().charge(count, node.where());
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = (float) values.applyAsDouble(i);
    }
    return floats;
  }
}
