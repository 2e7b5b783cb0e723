// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.Arrays;
import java.util.List;

/** Conv, Gemm, MatMul and BatchNormalization with constant weights. */
final class LinearOperators {
  private LinearOperators() {}

  static void convolution(OnnxNode node, GraphAssembly graph) {
    ImportedValue.Padded input = graph.window(node, 0);
    ConstantTensor weights = graph.constant(node, 1);
    if (weights.rank() != 4 && weights.rank() != 3) {
      throw node.refused(
          "is a " + Math.max(0, weights.rank() - 2) + "-D convolution",
          "use convolutions of one or two dimensions");
    }
    boolean line = weights.rank() == 3;
    if (input.source().shape().rank() != weights.rank() - 1) {
      throw node.refused(
          "its input has shape " + input.source().shape(),
          "it must have as many dimensions as the weights, the batch included");
    }
    int[] kernel =
        line ? new int[] {1, weights.dim(2)} : new int[] {weights.dim(2), weights.dim(3)};
    WindowAttributes window = WindowAttributes.read(node, input, kernel);
    Shape shape = WindowAttributes.image(input.source().shape());
    int groups = node.size("group", node.integer("group", 1));
    Convolution2d map =
        new Convolution2d(
            shape.dim(0),
            shape.dim(1),
            shape.dim(2),
            weights.dim(0),
            window.kernelHeight(),
            window.kernelWidth(),
            window.strideHeight(),
            window.strideWidth(),
            window.padTop(),
            window.padLeft(),
            window.padBottom(),
            window.padRight(),
            window.dilationHeight(),
            window.dilationWidth(),
            groups);
    if (weights.dim(1) != map.weightShape().dim(1)) {
      throw node.damaged("its weights are for " + weights.dim(1) + " channels per group");
    }
    ConstantTensor bias = graph.constantOrNull(node, 2);
    if (bias != null && bias.elementCount() != weights.dim(0)) {
      throw node.damaged("its bias has " + bias.elementCount() + " elements");
    }
    NodeChain chain =
        NodeChain.of(node, graph, input.source())
            .reshape(shape)
            .linear(
                map,
                finite(node, "weights", weights.toFloats()),
                bias == null ? null : finite(node, "bias", bias.toFloats()));
    if (line) {
      chain.reshape(Shape.of(map.outputChannels(), map.outputWidth()));
    }
    chain.bind();
  }

  static void gemm(OnnxNode node, GraphAssembly graph) {
    TensorValue input = vector(node, graph);
    if (node.integer("transA", 0) != 0 && input.shape().elementCount() != 1) {
      throw node.refused("transA is set", "export with the batch as the first dimension");
    }
    boolean transposed = node.integer("transB", 0) != 0;
    ConstantTensor matrix = matrix(node, graph, input, transposed);
    float alpha = node.real("alpha", 1);
    float beta = node.real("beta", 1);
    int outputCount = matrix.dim(transposed ? 0 : 1);
    float[] weights = scaled(node, graph, rows(node, graph, matrix, transposed), alpha);
    ConstantTensor bias = graph.constantOrNull(node, 2);
    float[] biasOrNull = null;
    if (bias != null) {
      ChannelConstant perOutput =
          ChannelConstant.of(node, bias, Shape.of(outputCount), graph.budget());
      biasOrNull = new float[outputCount];
      for (int i = 0; i < outputCount; i++) {
        biasOrNull[i] = beta * (float) perOutput.value(i);
      }
      finite(node, "bias", biasOrNull);
    }
    MatrixProduct map = new MatrixProduct(input.shape().dim(0), outputCount);
    addLinear(node, graph, input, map, finite(node, "weights", weights), biasOrNull);
  }

  /**
   * {@code MatMul}: a matrix product for one row, otherwise a convolution of 1x1. The weights are
   * one matrix. If it has dimensions of 1 before its rows, the result has them as well.
   */
  static void matrixProduct(OnnxNode node, GraphAssembly graph) {
    if (graph.value(node, 0) instanceof ImportedValue.Constant) {
      columnsProduct(node, graph);
      return;
    }
    if (graph.tensor(node, 0).shape().rank() > 1) {
      rowsProduct(node, graph);
      return;
    }
    TensorValue input = vector(node, graph);
    int[] leading = leadingOnes(node, graph, input);
    ConstantTensor matrix = matrix(node, graph, input, false);
    MatrixProduct map = new MatrixProduct(input.shape().dim(0), matrix.dim(1));
    float[] weights = finite(node, "weights", rows(node, graph, matrix, false));
    NodeChain chain = NodeChain.of(node, graph, input).linear(map, weights, null);
    if (leading.length > 0) {
      leading[leading.length - 1] = matrix.dim(1);
      chain.reshape(Shape.of(leading));
    }
    chain.bind();
  }

  /** Returns as many ones as the weights have dimensions before their matrix. */
  private static int[] leadingOnes(OnnxNode node, GraphAssembly graph, TensorValue input) {
    ConstantTensor weights = weights(node, graph, input);
    int[] ones = new int[Math.max(0, weights.rank() - 1)];
    Arrays.fill(ones, 1);
    return weights.rank() > 2 && graph.batch() == 1 ? ones : new int[0];
  }

  private static void rowsProduct(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    Shape shape = input.shape();
    ConstantTensor weights = weights(node, graph, input);
    if (weights.rank() - 1 > shape.rank()) {
      throw node.refused(
          "its weights have " + weights.rank() + " dimensions", "give it one matrix");
    }
    int last = shape.rank() - 1;
    ConstantTensor matrix = matrix(node, weights, Shape.of(shape.dim(last)), false);
    float[] rows = finite(node, "weights", rows(node, graph, matrix, false));
    along(NodeChain.of(node, graph, input), last, matrix.dim(1), rows).bind();
  }

  /** Multiplies by a constant matrix on the left, along the dimension before the last. */
  private static void columnsProduct(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 1);
    ConstantTensor weights = graph.constant(node, 0);
    int dimension = input.shape().rank() - 2;
    if (dimension < 0) {
      throw node.refused(
          "its constant matrix is on the left", "export as input times transposed matrix");
    }
    int rank = weights.rank();
    int outputCount = rank < 2 ? 0 : weights.dim(rank - 2);
    int columns = input.shape().dim(dimension);
    if (rank > input.shape().rank() + 1
        || outputCount == 0
        || weights.dim(rank - 1) != columns
        || weights.elementCount() != outputCount * columns) {
      throw node.refused(
          "its weights do not fit an input of shape " + input.shape(),
          "the weights must be one matrix of as many columns");
    }
    graph.budget().charge(weights.elementCount(), node.where());
    float[] rows = finite(node, "weights", weights.toFloats().clone());
    along(NodeChain.of(node, graph, input), dimension, outputCount, rows).bind();
  }

  /**
   * Appends the product of a matrix with each line along a dimension. The product is a convolution
   * of 1x1 on an image that has a channel for each index of the dimension.
   *
   * @param weights rows of the matrix, one for each output
   */
  static NodeChain along(NodeChain chain, int dimension, int outputCount, float[] weights) {
    int[] dims = chain.shape().dims();
    int count = dims[dimension];
    int outer = Arrays.stream(dims, 0, dimension).reduce(1, Math::multiplyExact);
    int inner = Arrays.stream(dims, dimension + 1, dims.length).reduce(1, Math::multiplyExact);
    Convolution2d map =
        new Convolution2d(count, outer * inner, 1, outputCount, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1);
    Shape given = inner == 1 ? Shape.of(outer, count) : Shape.of(outer, count, inner);
    Shape made = inner == 1 ? Shape.of(outputCount, outer) : Shape.of(outputCount, outer, inner);
    int[] swapped = inner == 1 ? new int[] {1, 0} : new int[] {1, 0, 2};
    dims[dimension] = outputCount;
    return chain
        .reshape(given)
        .view(TensorView.transposed(given, swapped))
        .reshape(Shape.of(count, outer * inner, 1))
        .linear(map, weights, null)
        .reshape(made)
        .view(TensorView.transposed(made, swapped))
        .reshape(Shape.of(dims));
  }

  static void batchNormalization(OnnxNode node, GraphAssembly graph) {
    if (node.integer("training_mode", 0) != 0) {
      throw node.refused("is in training mode", "export the model in evaluation mode");
    }
    if (node.integer("spatial", 1) == 0) {
      throw node.refused("normalises per element (spatial=0)", "normalise per channel");
    }
    TensorValue input = graph.tensor(node, 0);
    int channels = input.shape().dim(0);
    double epsilon = node.real("epsilon", 1e-5f);
    ConstantTensor[] parameters = new ConstantTensor[4];
    for (int i = 0; i < 4; i++) {
      parameters[i] = graph.constant(node, i + 1);
      if (parameters[i].elementCount() != channels || parameters[i].hasBatch()) {
        throw node.damaged("input " + (i + 1) + " does not have " + channels + " elements");
      }
    }
    float[] scales = new float[channels];
    float[] shifts = new float[channels];
    for (int c = 0; c < channels; c++) {
      double scale = parameters[0].real(c) / Math.sqrt(parameters[3].real(c) + epsilon);
      scales[c] = (float) scale;
      shifts[c] = (float) (parameters[1].real(c) - parameters[2].real(c) * scale);
    }
    finite(node, "scales", scales);
    finite(node, "shifts", shifts);
    String source = graph.nodeName(node.where(), input);
    graph.bind(
        node,
        graph.add(
            node, new AffineNode(node.output(), List.of(source), input.shape(), scales, shifts)));
  }

  private static TensorValue vector(OnnxNode node, GraphAssembly graph) {
    if (graph.value(node, 0) instanceof ImportedValue.Constant) {
      throw node.refused(
          "its constant matrix is on the left", "export as input times transposed matrix");
    }
    TensorValue input = graph.tensor(node, 0);
    if (input.shape().rank() != 1) {
      throw node.refused("its input has shape " + input.shape() + ", not [n]", "flatten before it");
    }
    return input;
  }

  private static ConstantTensor weights(OnnxNode node, GraphAssembly graph, TensorValue input) {
    if (!(graph.value(node, 1) instanceof ImportedValue.Constant)) {
      throw node.refused(
          "multiplies two tensors that depend on the input",
          "only products with constant weights are supported");
    }
    return graph.constant(node, 1);
  }

  private static ConstantTensor matrix(
      OnnxNode node, GraphAssembly graph, TensorValue input, boolean transposed) {
    return matrix(node, weights(node, graph, input), input.shape(), transposed);
  }

  /** Returns the weights as one matrix; dimensions of 1 before it are left out. */
  private static ConstantTensor matrix(
      OnnxNode node, ConstantTensor weights, Shape input, boolean transposed) {
    ConstantTensor matrix = weights;
    while (matrix.rank() > 2 && matrix.dim(0) == 1) {
      matrix = matrix.withDims(Arrays.copyOfRange(matrix.dims(), 1, matrix.rank()));
    }
    if (matrix.rank() != 2
        || matrix.elementCount() == 0
        || matrix.dim(transposed ? 1 : 0) != input.dim(0)) {
      throw node.refused(
          "its weights do not fit an input of shape " + input,
          "the weights must be one matrix of as many rows");
    }
    return matrix;
  }

  /** Weights as {@code [outputCount, inputCount]}; the file's own array if it has this order. */
  private static float[] rows(
      OnnxNode node, GraphAssembly graph, ConstantTensor matrix, boolean transposed) {
    float[] values = matrix.toFloats();
    if (transposed) {
      return values;
    }
    graph.budget().charge(values.length, node.where());
    int inputCount = matrix.dim(0);
    int outputCount = matrix.dim(1);
    float[] rows = new float[values.length];
    for (int output = 0; output < outputCount; output++) {
      for (int input = 0; input < inputCount; input++) {
        rows[output * inputCount + input] = values[input * outputCount + output];
      }
    }
    return rows;
  }

  private static float[] scaled(OnnxNode node, GraphAssembly graph, float[] values, float factor) {
    if (factor == 1) {
      return values;
    }
    graph.budget().charge(values.length, node.where());
    float[] scaled = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      scaled[i] = values[i] * factor;
    }
    return scaled;
  }

  static float[] finite(OnnxNode node, String what, float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw node.refused(
            "its " + what + " contain NaN or infinity", "training diverged; use a sound model");
      }
    }
    return values;
  }

  private static void addLinear(
      OnnxNode node,
      GraphAssembly graph,
      TensorValue input,
      LinearMap map,
      float[] weights,
      float[] biasOrNull) {
    String source = graph.nodeName(node.where(), input);
    graph.bind(
        node,
        graph.add(node, new LinearNode(node.output(), List.of(source), map, weights, biasOrNull)));
  }
}
