// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.constant.ConstantFolder;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.onnx.model.OnnxNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which operators can be imported, how, and what to do instead of the others. */
final class OperatorTable {
  private interface Import {
    void add(OnnxNode node, GraphAssembly graph);
  }

  private static final Map<String, Import> IMPORTS =
      Map.ofEntries(
          Map.entry("Conv", LinearOperators::convolution),
          Map.entry("Gemm", LinearOperators::gemm),
          Map.entry("MatMul", LinearOperators::matrixProduct),
          Map.entry("BatchNormalization", LinearOperators::batchNormalization),
          Map.entry("Add", ArithmeticOperators::add),
          Map.entry("Sub", ArithmeticOperators::subtract),
          Map.entry("Sum", ArithmeticOperators::sumAll),
          Map.entry("Mul", ArithmeticOperators::multiply),
          Map.entry("Div", ArithmeticOperators::divide),
          Map.entry("Neg", ArithmeticOperators::negate),
          Map.entry("Pow", ArithmeticOperators::power),
          Map.entry("Cos", ArithmeticOperators::cosine),
          Map.entry("Sin", ArithmeticOperators::sine),
          Map.entry("Relu", ArithmeticOperators::relu),
          Map.entry("MaxPool", PoolOperators::maxPool),
          Map.entry("GlobalMaxPool", PoolOperators::globalMaxPool),
          Map.entry("AveragePool", PoolOperators::averagePool),
          Map.entry("GlobalAveragePool", PoolOperators::globalAveragePool),
          Map.entry("ReduceMean", PoolOperators::reduceMean),
          Map.entry("Pad", PoolOperators::pad),
          Map.entry("Flatten", ShapeOperators::flatten),
          Map.entry("Reshape", ShapeOperators::reshape),
          Map.entry("Squeeze", ShapeOperators::squeeze),
          Map.entry("Unsqueeze", ShapeOperators::unsqueeze),
          Map.entry("Shape", ShapeOperators::shape),
          Map.entry("Identity", ShapeOperators::identity),
          Map.entry("Dropout", ShapeOperators::dropout),
          Map.entry("Cast", ShapeOperators::cast));

  private static final Map<String, String> REMEDIES = remedies();

  private OperatorTable() {}

  private static Map<String, String> remedies() {
    Map<String, String> remedies = new HashMap<>();
    String activation =
        "train with Relu or with polynomial activations or cosines of one period, or"
            + " fit one and replace it before export";
    for (String operator :
        new String[] {
          "LeakyRelu",
          "PRelu",
          "Elu",
          "Selu",
          "Celu",
          "ThresholdedRelu",
          "Clip",
          "Gelu",
          "Sigmoid",
          "HardSigmoid",
          "HardSwish",
          "Swish",
          "Mish",
          "Tanh",
          "Softplus",
          "Softsign",
          "Erf",
          "Exp",
          "Log",
          "Abs",
          "Sqrt",
          "Max",
          "Min",
          "Where",
          "Sign"
        }) {
      remedies.put(operator, activation);
    }
    for (String operator : new String[] {"LpPool", "GlobalLpPool", "MaxRoiPool", "MaxUnpool"}) {
      remedies.put(operator, "train with average or max pooling (AveragePool, MaxPool)");
    }
    for (String operator :
        new String[] {"Softmax", "LogSoftmax", "Hardmax", "ArgMax", "ArgMin", "TopK"}) {
      remedies.put(operator, "export the logits; the client applies it to the result");
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
      remedies.put(operator, "train with batch normalisation");
    }
    for (String operator :
        new String[] {"QuantizeLinear", "DequantizeLinear", "QLinearConv", "ConvInteger"}) {
      remedies.put(operator, "export the float model; the compiler quantises it");
    }
    for (String operator : new String[] {"If", "Loop", "Scan"}) {
      remedies.put(operator, "export a graph without control flow (tracing)");
    }
    for (String operator : new String[] {"Concat", "Split", "Slice", "Gather", "Transpose"}) {
      remedies.put(operator, "tensors can be added, not joined, sliced or permuted");
    }
    remedies.put("ConvTranspose", "use convolutions only");
    remedies.put("FusedConv", "export without runtime optimisations");
    return remedies;
  }

  /**
   * Imports one node.
   *
   * @throws ModelFormatException naming the node, what is wrong and what to do instead
   */
  static void importNode(OnnxNode node, GraphAssembly graph) {
    try {
      if (node.domain().isEmpty() && fold(node, graph)) {
        return;
      }
      Import operator = node.domain().isEmpty() ? IMPORTS.get(node.operator()) : null;
      if (operator == null) {
        throw node.refused(
            "this operator is not supported",
            REMEDIES.getOrDefault(
                node.operator(),
                "rebuild the network from convolutions, matrix products, sums, pools, Relu"
                    + " and polynomials"));
      }
      operator.add(node, graph);
    } catch (IllegalArgumentException | ArithmeticException e) {
      // Geometry that no layer has; the message names the component and its value.
      throw new ModelFormatException(
          node.where() + ": " + e.getMessage() + "; correct the model and export it again", e);
    }
  }

  /**
   * Computes a node whose inputs are all known, if its operator is one that can be computed.
   *
   * @return whether it was computed
   */
  private static boolean fold(OnnxNode node, GraphAssembly graph) {
    if (!ConstantFolder.folds(node.operator()) || !graph.hasConstantInputs(node)) {
      return false;
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
