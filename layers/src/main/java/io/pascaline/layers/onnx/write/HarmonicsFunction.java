// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.ArrayList;
import java.util.List;

/**
 * A line with K harmonics as a model-local ONNX function, whose body is Mul, Add and Cos. Its
 * inputs are the tensor x, the reciprocal of the period, the constant, the slope if there is one,
 * and for each harmonic its frequency {@code 2 pi m}, phase and size. Constants are one number or
 * one for each channel.
 *
 * <p>A reader compares the definition in a model with the one here. If they match, the reader knows
 * what each call computes without analysing the operators. Cosines take most of the time, so a
 * cosine and a sine become one shifted cosine: {@code a cos t + b sin t = r cos(t - p)} with the
 * length r and the angle p of (a, b). Stateless.
 */
public final class HarmonicsFunction {
  /** How the names of all such functions begin. */
  public static final String OPERATOR = "Harmonics";

  /** Where the inputs of the line begin, behind x and the reciprocal of the period. */
  public static final int CONSTANT_INPUT = 2;

  /** Inputs of each harmonic. */
  public static final int INPUTS_PER_HARMONIC = 3;

  private static final String SLOPED = "WithSlope";

  private HarmonicsFunction() {}

  /** Returns how many harmonics a call with these inputs has. */
  public static int harmonicCount(int inputCount) {
    return (inputCount - CONSTANT_INPUT - 1) / INPUTS_PER_HARMONIC;
  }

  /** Returns whether a call with these inputs has a slope. */
  public static boolean hasSlope(int inputCount) {
    return (inputCount - CONSTANT_INPUT - 1) % INPUTS_PER_HARMONIC == 1;
  }

  /** Returns whether there is such a function of this many inputs. */
  public static boolean isInputCount(int inputCount) {
    int harmonicCount = harmonicCount(inputCount);
    int ofLine = inputCount - CONSTANT_INPUT - INPUTS_PER_HARMONIC * harmonicCount;
    return ofLine == 2 || ofLine == 1 && harmonicCount > 0;
  }

  /**
   * Returns whether a function of a model is one of these, operator by operator. Names of nodes and
   * descriptions do not matter, as tools add and drop them.
   */
  public static boolean isDefinedBy(FunctionProto function) {
    int count = function.getInputCount();
    boolean possible =
        function.getDomain().equals(PolynomialFunction.DOMAIN)
            && function.getName().startsWith(OPERATOR)
            && isInputCount(count);
    return possible && isSame(definition(harmonicCount(count), hasSlope(count)), function);
  }

  private static boolean isSame(FunctionProto defined, FunctionProto function) {
    boolean isSame =
        function.getName().equals(defined.getName())
            && function.getInputList().equals(defined.getInputList())
            && function.getOutputList().equals(defined.getOutputList())
            && function.getNodeCount() == defined.getNodeCount();
    for (OperatorSetIdProto opset : function.getOpsetImportList()) {
      isSame &= !isStandard(opset.getDomain()) || opset.getVersion() == PolynomialFunction.OPSET;
    }
    for (int i = 0; isSame && i < defined.getNodeCount(); i++) {
      isSame = isSame(defined.getNode(i), function.getNode(i));
    }
    return isSame;
  }

  /** No operator of a definition has attributes, and all are standard ones. */
  private static boolean isSame(NodeProto defined, NodeProto node) {
    return isStandard(node.getDomain())
        && node.getOpType().equals(defined.getOpType())
        && node.getInputList().equals(defined.getInputList())
        && node.getOutputList().equals(defined.getOutputList())
        && node.getAttributeCount() == 0;
  }

  private static boolean isStandard(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  static String name(int harmonicCount, boolean sloped) {
    return OPERATOR + harmonicCount + (sloped ? SLOPED : "");
  }

  static FunctionProto definition(int harmonicCount, boolean sloped) {
    FunctionProto.Builder function =
        FunctionProto.newBuilder()
            .setName(name(harmonicCount, sloped))
            .setDomain(PolynomialFunction.DOMAIN)
            .addOutput("y")
            .setDocString("A linear function of x and harmonics of a period, by channel")
            .addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain("").setVersion(PolynomialFunction.OPSET));
    List<String> inputs = new ArrayList<>(List.of("x", "reciprocal", "constant"));
    String sum = "constant";
    if (sloped) {
      inputs.add("slope");
      function.addNode(node("Mul", "rise", "x", "slope"));
      sum = harmonicCount == 0 ? "y" : "line";
      function.addNode(node("Add", sum, "rise", "constant"));
    }
    if (harmonicCount > 0) {
      function.addNode(node("Mul", "periods", "x", "reciprocal"));
    }
    for (int k = 0; k < harmonicCount; k++) {
      inputs.addAll(List.of("frequency" + k, "phase" + k, "size" + k));
      function.addNode(node("Mul", "turn" + k, "periods", "frequency" + k));
      function.addNode(node("Add", "angle" + k, "turn" + k, "phase" + k));
      function.addNode(node("Cos", "cosine" + k, "angle" + k));
      function.addNode(node("Mul", "wave" + k, "cosine" + k, "size" + k));
      String next = k == harmonicCount - 1 ? "y" : "sum" + k;
      function.addNode(node("Add", next, "wave" + k, sum));
      sum = next;
    }
    return function.addAllInput(inputs).build();
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }
}
