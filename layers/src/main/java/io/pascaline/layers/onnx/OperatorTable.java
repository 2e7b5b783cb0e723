// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.onnx.constant.ConstantFolder;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.onnx.model.OnnxNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The operators that can be imported, with their import methods, and the remedies for the others.
 */
final class OperatorTable {
  /** How a node is imported. */
  interface Import {
    void add(OnnxNode node, GraphAssembly graph);
  }

  private static final Map<String, Import> OTHERS =
      Map.ofEntries(
          Map.entry("Conv", LinearOperators::convolution),
          Map.entry("Gemm", LinearOperators::gemm),
          Map.entry("MatMul", LinearOperators::matrixProduct),
          Map.entry("BatchNormalization", LinearOperators::batchNormalization),
          Map.entry("Add", ArithmeticOperators::add),
          Map.entry("Sub", ArithmeticOperators::subtract),
          Map.entry("Sum", ArithmeticOperators::sumAll),
          Map.entry("Mean", ArithmeticOperators::meanOfAll),
          Map.entry("Mul", ArithmeticOperators::multiply),
          Map.entry("Div", ArithmeticOperators::divide),
          Map.entry("Neg", ArithmeticOperators::negate),
          Map.entry("Pow", ArithmeticOperators::power),
          Map.entry("Cos", ArithmeticOperators::cosine),
          Map.entry("Sin", ArithmeticOperators::sine),
          Map.entry("Min", ArithmeticOperators::minimum),
          Map.entry("Max", ArithmeticOperators::maximum),
          Map.entry("PRelu", FunctionOperators::parametricRelu),
          Map.entry("Clip", FunctionOperators::clip),
          Map.entry("Where", FunctionOperators::choice),
          Map.entry("Greater", FunctionOperators::choice),
          Map.entry("GreaterOrEqual", FunctionOperators::choice),
          Map.entry("Less", FunctionOperators::choice),
          Map.entry("LessOrEqual", FunctionOperators::choice),
          Map.entry("And", FunctionOperators::choice),
          Map.entry("Or", FunctionOperators::choice),
          Map.entry("Equal", FunctionOperators::equality),
          Map.entry("Xor", FunctionOperators::equality),
          Map.entry("io.pascaline.Harmonics", HarmonicsOperator::harmonics),
          Map.entry("MaxPool", PoolOperators::maxPool),
          Map.entry("GlobalMaxPool", PoolOperators::globalMaxPool),
          Map.entry("AveragePool", PoolOperators::averagePool),
          Map.entry("GlobalAveragePool", PoolOperators::globalAveragePool),
          Map.entry("ReduceMean", PoolOperators::reduceMean),
          Map.entry("ReduceSum", PoolOperators::reduceSum),
          Map.entry("ReduceMax", PoolOperators::reduceMax),
          Map.entry("ReduceMin", PoolOperators::reduceMin),
          Map.entry("ReduceL1", PoolOperators::reduceMagnitudes),
          Map.entry("ReduceSumSquare", PoolOperators::reduceSquares),
          Map.entry("Pad", PadOperator::pad),
          Map.entry("ConvTranspose", TransposedConvolution::transposedConvolution),
          Map.entry("Resize", ResizeOperators::resize),
          Map.entry("Upsample", ResizeOperators::upsample),
          Map.entry("Transpose", MovingOperators::transpose),
          Map.entry("Slice", MovingOperators::slice),
          Map.entry("Split", MovingOperators::split),
          Map.entry("Gather", MovingOperators::gather),
          Map.entry("Concat", MovingOperators::concat),
          Map.entry("Expand", RepeatOperators::expand),
          Map.entry("Tile", RepeatOperators::tile),
          Map.entry("DepthToSpace", MovingOperators::depthToSpace),
          Map.entry("SpaceToDepth", MovingOperators::spaceToDepth),
          Map.entry("Flatten", ShapeOperators::flatten),
          Map.entry("Reshape", ShapeOperators::reshape),
          Map.entry("Squeeze", ShapeOperators::squeeze),
          Map.entry("Unsqueeze", ShapeOperators::unsqueeze),
          Map.entry("Shape", ShapeOperators::shape),
          Map.entry("Size", ShapeOperators::size),
          Map.entry("Identity", ShapeOperators::identity),
          Map.entry("Dropout", ShapeOperators::dropout),
          Map.entry("Cast", ShapeOperators::cast));

  static final Map<String, Import> IMPORTS = imports();

  static final Map<String, String> REMEDIES = remedies();

  private OperatorTable() {}

  private static Map<String, Import> imports() {
    Map<String, Import> imports = new HashMap<>();
    FunctionOperators.names().forEach(name -> imports.put(name, FunctionOperators::function));
    imports.putAll(OTHERS);
    return Map.copyOf(imports);
  }

  private static Map<String, String> remedies() {
    Map<String, String> remedies = new HashMap<>();
    for (String operator : new String[] {"LpPool", "GlobalLpPool", "MaxRoiPool", "MaxUnpool"}) {
      remedies.put(operator, "train with average or max pooling (AveragePool, MaxPool)");
    }
    for (String operator :
        new String[] {"Softmax", "LogSoftmax", "Hardmax", "ArgMax", "ArgMin", "TopK"}) {
      remedies.put(
          operator,
          "export the network without it, or with Softmax, LogSoftmax, ArgMax or ArgMin as the last"
              + " layer, which the client computes");
    }
    for (String operator :
        new String[] {
          "LayerNormalization",
          "InstanceNormalization",
          "GroupNormalization",
          "LpNormalization",
          "MeanVarianceNormalization",
          "LRN"
        }) {
      remedies.put(
          operator,
          "it divides by a secret number; train with batch normalisation, which adds no cost");
    }
    for (String operator :
        new String[] {"QuantizeLinear", "DequantizeLinear", "QLinearConv", "ConvInteger"}) {
      remedies.put(operator, "export the float model; the compiler quantises it");
    }
    for (String operator : new String[] {"If", "Loop", "Scan"}) {
      remedies.put(operator, "export a graph without control flow (tracing)");
    }
    remedies.put("FusedConv", "export without runtime optimisations");
    return remedies;
  }

  /**
   * Imports one node.
   *
   * @throws ModelFormatException naming the node, what is wrong and what to do instead
   */
  static void importNode(OnnxNode node, GraphAssembly graph) {
    importNode(node, graph, OperatorTable::importByTable);
  }

  /** Imports one node in a given way, unless it can be computed. */
  static void importNode(OnnxNode node, GraphAssembly graph, Import operator) {
    try {
      if (!fold(node, graph)) {
        operator.add(node, graph);
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      // Geometry that no layer has; the message names the component and its value.
      throw new ModelFormatException(
          node.where() + ": " + e.getMessage() + "; correct the model and export it again", e);
    }
  }

  private static void importByTable(OnnxNode node, GraphAssembly graph) {
    Import operator = IMPORTS.get(key(node));
    if (operator == null) {
      throw node.refused(
          "this operator is not supported",
          REMEDIES.getOrDefault(
              node.operator(),
              "rebuild the network from convolutions, matrix products, sums, pools and functions of"
                  + " one tensor"));
    }
    operator.add(node, graph);
  }

  /** Returns the name of a node's operator, with its domain if that is not the standard one. */
  static String key(OnnxNode node) {
    return node.domain().isEmpty() ? node.operator() : node.domain() + "." + node.operator();
  }

  /**
   * Computes a node whose inputs are all known, if its operator is one that can be computed.
   *
   * @return whether it was computed
   */
  private static boolean fold(OnnxNode node, GraphAssembly graph) {
    ScalarFunction function = FunctionOperators.functionOrNull(node);
    boolean folds = node.domain().isEmpty() && ConstantFolder.folds(node.operator());
    if (!folds && function == null || !graph.hasConstantInputs(node)) {
      return false;
    }
    if (!folds) {
      ConstantTensor input = graph.constant(node, 0);
      ConstantTensor values = ConstantFolder.map(node, input, graph.budget(), function::value);
      graph.bind(node, new ImportedValue.Constant(values));
      return true;
    }
    ConstantTensor[] inputs = new ConstantTensor[node.inputs().size()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = graph.constantOrNull(node, i);
    }
    List<ConstantTensor> outputs = ConstantFolder.fold(node, inputs, graph.budget());
    if (outputs.size() == 1) {
      graph.bind(node, new ImportedValue.Constant(outputs.get(0)));
      return true;
    }
    for (int i = 0; i < outputs.size(); i++) {
      if (!node.outputs().get(i).isEmpty()) {
        graph.bind(node, node.outputs().get(i), new ImportedValue.Constant(outputs.get(i)));
      }
    }
    return true;
  }
}
