// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * Element-wise arithmetic. With constants that are the same everywhere it extends a polynomial;
 * with one constant per channel it is an affine node; between two tensors it is a polynomial if
 * both are polynomials of one tensor, and otherwise only a sum is possible. A ReLU is a node.
 */
final class ArithmeticOperators {
  private static final String RESIDUAL_REMEDY =
      "only sums of two tensors, and products of polynomials of one tensor, can be computed";

  private ArithmeticOperators() {}

  static void add(OnnxNode node, GraphAssembly graph) {
    graph.bind(node, sum(node, graph, 1));
  }

  static void subtract(OnnxNode node, GraphAssembly graph) {
    graph.bind(node, sum(node, graph, -1));
  }

  /** {@code Sum} of any number of tensors, from the left. */
  static void sumAll(OnnxNode node, GraphAssembly graph) {
    if (node.inputs().size() == 1) {
      graph.bind(node, graph.tensor(node, 0));
      return;
    }
    if (node.inputs().size() != 2) {
      throw node.refused("adds " + node.inputs().size() + " tensors", "add them two by two");
    }
    add(node, graph);
  }

  static void negate(OnnxNode node, GraphAssembly graph) {
    graph.bind(node, mapped(node, graph.tensor(node, 0), -1, 0));
  }

  static void relu(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    String source = graph.nodeName(node.where(), input);
    graph.bind(node, graph.add(node, new ReluNode(node.output(), List.of(source), input.shape())));
  }

  static void multiply(OnnxNode node, GraphAssembly graph) {
    ImportedValue left = graph.value(node, 0);
    ImportedValue right = graph.value(node, 1);
    if (left instanceof ImportedValue.Constant constant) {
      graph.bind(node, scaled(node, graph, graph.tensor(node, 1), constant.tensor(), false));
    } else if (right instanceof ImportedValue.Constant constant) {
      graph.bind(node, scaled(node, graph, graph.tensor(node, 0), constant.tensor(), false));
    } else {
      graph.bind(node, product(node, graph.tensor(node, 0), graph.tensor(node, 1)));
    }
  }

  static void divide(OnnxNode node, GraphAssembly graph) {
    if (graph.value(node, 1) instanceof ImportedValue.Constant divisor) {
      graph.bind(node, scaled(node, graph, graph.tensor(node, 0), divisor.tensor(), true));
      return;
    }
    throw node.refused("divides by a tensor that depends on the input", "divide by constants only");
  }

  static void power(OnnxNode node, GraphAssembly graph) {
    if (!(graph.value(node, 1) instanceof ImportedValue.Constant)) {
      throw node.refused("the exponent depends on the input", "use a constant exponent");
    }
    TensorValue tensor = graph.tensor(node, 0);
    ConstantTensor constant = graph.constant(node, 1);
    ChannelConstant exponent = ChannelConstant.of(node, constant, tensor.shape(), graph.budget());
    double value = exponent.uniform() ? exponent.value(0) : Double.NaN;
    if (value != Math.rint(value) || value < 0 || value > PolynomialBasis.MAX_DEGREE) {
      throw node.refused(
          "the exponent must be an integer from 0 to " + PolynomialBasis.MAX_DEGREE,
          "train with polynomial activations");
    }
    int exponentValue = (int) value;
    graph.bind(
        node,
        withinDegree(
            node, TensorValue.mapOrNull(node.output(), tensor, p -> p.powerOrNull(exponentValue))));
  }

  static void cosine(OnnxNode node, GraphAssembly graph) {
    TensorValue angle = graph.tensor(node, 0);
    graph.bind(node, TensorValue.mapOrNull(node.output(), angle, Formula::cosineOrNull));
  }

  static void sine(OnnxNode node, GraphAssembly graph) {
    TensorValue angle = graph.tensor(node, 0);
    graph.bind(node, TensorValue.mapOrNull(node.output(), angle, Formula::sineOrNull));
  }

  /** {@code left + sign * right}. */
  private static TensorValue sum(OnnxNode node, GraphAssembly graph, int sign) {
    String output = node.output();
    ImportedValue left = graph.value(node, 0);
    ImportedValue right = graph.value(node, 1);
    if (left instanceof ImportedValue.Constant constant) {
      return shifted(node, graph, graph.tensor(node, 1), constant.tensor(), sign, 1);
    }
    if (right instanceof ImportedValue.Constant constant) {
      return shifted(node, graph, graph.tensor(node, 0), constant.tensor(), 1, sign);
    }
    TensorValue first = graph.tensor(node, 0);
    TensorValue second = graph.tensor(node, 1);
    requireSameShape(node, first, second);
    TensorValue polynomial =
        TensorValue.combineOrNull(output, first, second, (p, q) -> p.plusOrNull(q.times(sign)));
    if (polynomial != null) {
      return polynomial;
    }
    String firstName = graph.nodeName(node.where(), first);
    TensorValue signed = second;
    if (sign < 0) {
      String negated = graph.freshName(output + "/negated");
      signed = TensorValue.mapOrNull(negated, second, p -> p.times(-1));
    }
    String secondName = graph.nodeName(node.where(), signed);
    return graph.add(node, new AddNode(output, List.of(firstName, secondName), first.shape()));
  }

  private static TensorValue product(OnnxNode node, TensorValue left, TensorValue right) {
    requireSameShape(node, left, right);
    if (!left.sharesBaseWith(right)) {
      throw node.refused("is a product of two different tensors", RESIDUAL_REMEDY);
    }
    return withinDegree(
        node, TensorValue.combineOrNull(node.output(), left, right, Formula::timesOrNull));
  }

  private static TensorValue withinDegree(OnnxNode node, TensorValue valueOrNull) {
    if (valueOrNull == null) {
      throw node.refused(
          "makes a polynomial of a degree above " + PolynomialBasis.MAX_DEGREE,
          "use activations of lower degree");
    }
    return valueOrNull;
  }

  /** {@code sign * tensor + constantSign * constant}. */
  private static TensorValue shifted(
      OnnxNode node,
      GraphAssembly graph,
      TensorValue tensor,
      ConstantTensor constant,
      int sign,
      int constantSign) {
    ChannelConstant shift = ChannelConstant.of(node, constant, tensor.shape(), graph.budget());
    if (shift.uniform()) {
      return mapped(node, tensor, sign, constantSign * shift.value(0));
    }
    int channels = tensor.shape().dim(0);
    graph.budget().charge(2L * channels, node.where());
    float[] scales = new float[channels];
    float[] shifts = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      scales[channel] = sign;
      shifts[channel] = (float) (constantSign * shift.value(channel));
    }
    return affine(node, graph, tensor, scales, shifts);
  }

  private static TensorValue scaled(
      OnnxNode node,
      GraphAssembly graph,
      TensorValue tensor,
      ConstantTensor constant,
      boolean divide) {
    ChannelConstant scale = ChannelConstant.of(node, constant, tensor.shape(), graph.budget());
    for (int i = 0; divide && i < scale.count(); i++) {
      if (scale.value(i) == 0) {
        throw node.refused("divides by zero", "correct the model");
      }
    }
    if (scale.uniform()) {
      double factor = scale.value(0);
      return TensorValue.mapOrNull(
          node.output(), tensor, p -> divide ? p.dividedBy(factor) : p.times(factor));
    }
    int channels = tensor.shape().dim(0);
    graph.budget().charge(2L * channels, node.where());
    float[] scales = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      scales[channel] = (float) (divide ? 1 / scale.value(channel) : scale.value(channel));
    }
    return affine(node, graph, tensor, scales, new float[channels]);
  }

  private static TensorValue mapped(OnnxNode node, TensorValue tensor, double scale, double shift) {
    return TensorValue.mapOrNull(node.output(), tensor, p -> p.times(scale).plus(shift));
  }

  private static TensorValue affine(
      OnnxNode node, GraphAssembly graph, TensorValue tensor, float[] scales, float[] shifts) {
    Shape shape = tensor.shape();
    String source = graph.nodeName(node.where(), tensor);
    return graph.add(node, new AffineNode(node.output(), List.of(source), shape, scales, shifts));
  }

  private static void requireSameShape(OnnxNode node, TensorValue left, TensorValue right) {
    if (!left.shape().equals(right.shape())) {
      throw node.refused(
          "its tensors have shapes " + left.shape() + " and " + right.shape(),
          "broadcasting between tensors is not supported, " + RESIDUAL_REMEDY);
    }
  }
}
