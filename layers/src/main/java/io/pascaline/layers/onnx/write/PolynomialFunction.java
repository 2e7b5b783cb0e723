// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;

/**
 * The activation as a model-local ONNX function: one input, one output, a body of Constant, Mul and
 * Add in Horner form. Every coefficient stands in the body, zeros included, so that a reader finds
 * them from the highest degree to the lowest without guessing.
 */
final class PolynomialFunction {
  static final String DOMAIN = "io.pascaline";
  static final String NAME = "Polynomial";

  /** Version of the standard operators, in the function and in the graph. */
  static final int OPSET = 17;

  private PolynomialFunction() {}

  /** Returns the function for these coefficients, lowest degree first. */
  static FunctionProto definition(double[] coefficients) {
    FunctionProto.Builder function =
        FunctionProto.newBuilder()
            .setName(NAME)
            .setDomain(DOMAIN)
            .addInput("x")
            .addOutput("y")
            .setDocString("Horner form of a polynomial with the coefficients c0, c1, ...")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET));
    int last = coefficients.length - 1;
    for (int i = last; i >= 0; i--) {
      function.addNode(
          NodeProto.newBuilder()
              .setOpType("Constant")
              .addOutput("c" + i)
              .addAttribute(
                  OnnxValues.tensor(
                      "value", OnnxValues.floats("c" + i, new float[] {(float) coefficients[i]}))));
    }
    String sum = "c" + last;
    for (int i = last - 1; i >= 0; i--) {
      String product = "p" + i;
      function.addNode(binary("Mul", sum, "x", product));
      sum = i == 0 ? "y" : "s" + i;
      function.addNode(binary("Add", product, "c" + i, sum));
    }
    return function.build();
  }

  private static NodeProto binary(String type, String left, String right, String output) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .addInput(left)
        .addInput(right)
        .addOutput(output)
        .build();
  }
}
