package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.List;

/**
 * A polynomial activation as a model-local ONNX function, for exporters: {@code
 * io.pascaline.Polynomial} with the coefficients as an attribute, lowest degree first. Its body is
 * Horner's rule in standard operators, so that any runtime runs the model, and {@link OnnxImporter}
 * reads it as one activation.
 *
 * <p>A model has one definition, for the highest degree that it uses; calls of lower degree pass
 * zeros. Immutable, thread-safe.
 */
public final class PolynomialFunction {
  /** Domain of the function. The model must import it, as {@link #opsetImport} does. */
  public static final String DOMAIN = "io.pascaline";

  /** Operator type of a call. */
  public static final String NAME = "Polynomial";

  /** The float-list attribute. */
  public static final String COEFFICIENTS = "coefficients";

  /** First operator set whose Constant takes lists. */
  private static final int MIN_OPSET = 12;

  private PolynomialFunction() {}

  /** What the model must import beside the standard operators. */
  public static OperatorSetIdProto opsetImport() {
    return OperatorSetIdProto.newBuilder().setDomain(DOMAIN).setVersion(1).build();
  }

  /**
   * The function.
   *
   * @param degree 1 to {@link PolynomialBasis#MAX_DEGREE}; calls pass one coefficient more.
   * @param standardOpset the version of the standard operators that the model imports, 12 or more.
   * @throws IllegalArgumentException if an argument is out of range.
   */
  public static FunctionProto definition(int degree, int standardOpset) {
    requireDegree(degree);
    if (standardOpset < MIN_OPSET) {
      throw new IllegalArgumentException(
          "standardOpset is " + standardOpset + ", must be at least " + MIN_OPSET);
    }
    final FunctionProto.Builder function =
        FunctionProto.newBuilder()
            .setDomain(DOMAIN)
            .setName(NAME)
            .addInput("x")
            .addOutput("y")
            .addAttribute(COEFFICIENTS)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(standardOpset))
            .setDocString("sum of coefficients[k] * x^k, element by element");
    final AttributeProto reference =
        AttributeProto.newBuilder()
            .setName("value_floats")
            .setRefAttrName(COEFFICIENTS)
            .setType(AttributeType.FLOATS)
            .build();
    function.addNode(
        NodeProto.newBuilder().setOpType("Constant").addOutput("all").addAttribute(reference));
    for (int power = 0; power <= degree; power++) {
      final AttributeProto index =
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

  /**
   * A call of the function.
   *
   * @param name name of the node.
   * @param input tensor read.
   * @param output tensor made.
   * @param definedDegree the degree of the model's definition.
   * @param coefficients lowest degree first, at most {@code definedDegree + 1}; rounded to float,
   *     which is what ONNX stores.
   * @throws IllegalArgumentException if there are none or too many.
   */
  public static NodeProto call(
      String name, String input, String output, int definedDegree, double... coefficients) {
    requireDegree(definedDegree);
    if (coefficients.length < 1 || coefficients.length > definedDegree + 1) {
      throw new IllegalArgumentException(
          "coefficients has " + coefficients.length + " elements, degree is " + definedDegree);
    }
    final AttributeProto.Builder attribute =
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

  private static void requireDegree(int degree) {
    if (degree < 1 || degree > PolynomialBasis.MAX_DEGREE) {
      throw new IllegalArgumentException(
          "degree is " + degree + ", must be 1 to " + PolynomialBasis.MAX_DEGREE);
    }
  }
}
