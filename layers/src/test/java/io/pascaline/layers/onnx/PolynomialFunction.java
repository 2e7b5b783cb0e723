// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.List;

/**
 * A polynomial activation as a model-local function that takes its coefficients as an attribute,
 * lowest degree first; the body is Horner's rule. A model has one definition, for the highest
 * degree that it uses; calls of lower degree pass zeros.
 */
final class PolynomialFunction {
  private static final String DOMAIN = "io.pascaline";
  private static final String NAME = "Polynomial";
  private static final String COEFFICIENTS = "coefficients";

  private PolynomialFunction() {}

  /** Returns the function, for calls with {@code degree + 1} coefficients. */
  static FunctionProto definition(int degree, int standardOpset) {
    FunctionProto.Builder function =
        FunctionProto.newBuilder()
            .setDomain(DOMAIN)
            .setName(NAME)
            .addInput("x")
            .addOutput("y")
            .addAttribute(COEFFICIENTS)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(standardOpset))
            .setDocString("sum of coefficients[k] * x^k, element by element");
    AttributeProto reference =
        AttributeProto.newBuilder()
            .setName("value_floats")
            .setRefAttrName(COEFFICIENTS)
            .setType(AttributeType.FLOATS)
            .build();
    function.addNode(
        NodeProto.newBuilder().setOpType("Constant").addOutput("all").addAttribute(reference));
    for (int power = 0; power <= degree; power++) {
      AttributeProto index =
          AttributeProto.newBuilder()
              .setName("value_int")
              .setI(power)
              .setType(AttributeType.INT)
              .build();
      function.addNode(
          NodeProto.newBuilder()
              .setOpType("Constant")
              .addOutput("index" + power)
              .addAttribute(index));
      function.addNode(operator("Gather", "all", "index" + power, "a" + power));
    }
    String sum = "a" + degree;
    for (int power = degree - 1; power >= 0; power--) {
      function.addNode(operator("Mul", "x", sum, "product" + power));
      sum = power == 0 ? "y" : "sum" + power;
      function.addNode(operator("Add", "product" + power, "a" + power, sum));
    }
    return function.build();
  }

  /** Returns a call of the function; missing coefficients are zeros. */
  static NodeProto call(
      String name, String input, String output, int definedDegree, double... coefficients) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(COEFFICIENTS).setType(AttributeType.FLOATS);
    for (int power = 0; power <= definedDegree; power++) {
      attribute.addFloats(power < coefficients.length ? (float) coefficients[power] : 0);
    }
    return NodeProto.newBuilder()
        .setDomain(DOMAIN)
        .setOpType(NAME)
        .setName(name)
        .addInput(input)
        .addOutput(output)
        .addAttribute(attribute)
        .build();
  }

  private static NodeProto operator(String type, String left, String right, String output) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .addAllInput(List.of(left, right))
        .addOutput(output)
        .build();
  }
}
