// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.pascaline.protocols.activation.TrigonometricBasis;

/**
 * A line with harmonics as a model-local ONNX function: one input, one output, a body of Constant,
 * Mul, Cos, Sin and Add. Frequencies are the floats nearest to {@code 2 pi k / period}, so that a
 * reader finds the period again.
 */
final class TrigonometricFunction {
  static final String NAME = "Trigonometric";

  private final FunctionProto.Builder function;
  private int count;

  private TrigonometricFunction(String name) {
    function =
        FunctionProto.newBuilder()
            .setName(name)
            .setDomain(PolynomialFunction.DOMAIN)
            .addInput("x")
            .addOutput("y")
            .setDocString("A linear function of x and harmonics of one period")
            .addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain("").setVersion(PolynomialFunction.OPSET));
  }

  static FunctionProto definition(TrigonometricBasis basis, String name) {
    TrigonometricFunction body = new TrigonometricFunction(name);
    String sum = body.constant(basis.constant());
    if (basis.slope() != 0) {
      sum = body.add("Add", body.add("Mul", "x", body.constant(basis.slope())), sum);
    }
    double[] cosines = basis.cosines();
    double[] sines = basis.sines();
    for (int k = 1; k <= cosines.length; k++) {
      if (cosines[k - 1] == 0 && sines[k - 1] == 0) {
        continue;
      }
      String angle = body.add("Mul", "x", body.constant(2 * Math.PI * k / basis.period()));
      sum = body.wave("Cos", angle, cosines[k - 1], sum);
      sum = body.wave("Sin", angle, sines[k - 1], sum);
    }
    body.function.addNode(node("Identity", "y", sum));
    return body.function.build();
  }

  private String wave(String operator, String angle, double amplitude, String sum) {
    return amplitude == 0
        ? sum
        : add("Add", add("Mul", add(operator, angle), constant(amplitude)), sum);
  }

  private String constant(double value) {
    String name = "c" + count++;
    function.addNode(
        node("Constant", name)
            .addAttribute(
                OnnxValues.tensor("value", OnnxValues.floats(name, new float[] {(float) value}))));
    return name;
  }

  private String add(String operator, String... inputs) {
    String name = "t" + count++;
    function.addNode(node(operator, name, inputs));
    return name;
  }

  private static NodeProto.Builder node(String operator, String output, String... inputs) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(operator).addOutput(output);
    for (String input : inputs) {
      node.addInput(input);
    }
    return node;
  }
}
