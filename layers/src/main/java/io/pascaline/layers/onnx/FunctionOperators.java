// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Operation;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.OnnxNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Functions of each element of a tensor. They are written so that none overflows where its value
 * does not.
 */
final class FunctionOperators {
  /** Most functions of a tensor with a function for each of its elements. */
  private static final int MAX_SLOPES = 1 << 13;

  private static final Set<Operation> ROUNDING =
      Set.of(Operation.FLOOR, Operation.CEIL, Operation.ROUND);

  private static final ScalarFunction X = new ScalarFunction.Argument();
  private static final ScalarFunction ZERO = new ScalarFunction.Constant(0);
  private static final ScalarFunction ONE = new ScalarFunction.Constant(1);

  /** Attributes of Selu as the standard rounds them. */
  private static final float SELU_ALPHA = 1.67326319217681884765625f;

  private static final float SELU_GAMMA = 1.05070102214813232421875f;

  private interface Definition {
    ScalarFunction of(OnnxNode node);
  }

  private static final Map<String, Definition> DEFINITIONS = definitions();

  private FunctionOperators() {}

  private static Map<String, Definition> definitions() {
    Map<String, Definition> all = new HashMap<>();
    Map.ofEntries(
            Map.entry("Abs", Operation.ABS),
            Map.entry("Exp", Operation.EXP),
            Map.entry("Log", Operation.LOG),
            Map.entry("Sqrt", Operation.SQRT),
            Map.entry("Sign", Operation.SIGN),
            Map.entry("Erf", Operation.ERF),
            Map.entry("Sigmoid", Operation.SIGMOID),
            Map.entry("Softplus", Operation.SOFTPLUS),
            Map.entry("Tanh", Operation.TANH),
            Map.entry("Sinh", Operation.SINH),
            Map.entry("Cosh", Operation.COSH),
            Map.entry("Sin", Operation.SIN),
            Map.entry("Cos", Operation.COS),
            Map.entry("Tan", Operation.TAN),
            Map.entry("Asin", Operation.ASIN),
            Map.entry("Acos", Operation.ACOS),
            Map.entry("Atan", Operation.ATAN),
            Map.entry("Asinh", Operation.ASINH),
            Map.entry("Acosh", Operation.ACOSH),
            Map.entry("Atanh", Operation.ATANH),
            Map.entry("Floor", Operation.FLOOR),
            Map.entry("Ceil", Operation.CEIL),
            Map.entry("Round", Operation.ROUND))
        .forEach((operator, operation) -> all.put(operator, node -> X.apply(operation)));
    all.put("Relu", node -> ScalarFunction.relu());
    all.put("Neg", node -> ZERO.combine(Combination.SUBTRACT, X));
    all.put("Reciprocal", node -> ONE.combine(Combination.DIVIDE, X));
    all.put("Not", node -> ONE.combine(Combination.SUBTRACT, X));
    all.put(
        "Softsign",
        node -> X.combine(Combination.DIVIDE, X.apply(Operation.ABS).combine(Combination.ADD, 1)));
    all.put("LeakyRelu", node -> leaky(new ScalarFunction.Constant(node.real("alpha", 0.01f))));
    all.put("Elu", node -> elu(node.real("alpha", 1), 1, 1));
    all.put("Celu", node -> elu(node.real("alpha", 1), node.real("alpha", 1), 1));
    all.put("Selu", node -> elu(node.real("alpha", SELU_ALPHA), 1, node.real("gamma", SELU_GAMMA)));
    all.put(
        "ThresholdedRelu",
        node -> above(X, new ScalarFunction.Constant(node.real("alpha", 1)), X, ZERO));
    all.put("Shrink", FunctionOperators::shrink);
    all.put("HardSigmoid", node -> ramp(X, node.real("alpha", 0.2f), node.real("beta", 0.5f)));
    all.put("HardSwish", node -> X.combine(Combination.MULTIPLY, ramp(X, 1.0 / 6, 0.5)));
    all.put("Swish", node -> swish(node.real("alpha", 1)));
    all.put("com.microsoft.QuickGelu", node -> swish(node.real("alpha", 1.702f)));
    all.put(
        "Mish",
        node -> X.combine(Combination.MULTIPLY, X.apply(Operation.SOFTPLUS).apply(Operation.TANH)));
    all.put("Gelu", FunctionOperators::gelu);
    all.put("com.microsoft.Gelu", node -> erfGelu());
    all.put("com.microsoft.FastGelu", node -> tanhGelu());
    return Map.copyOf(all);
  }

  /** Returns the operators that are functions of their only input. */
  static Set<String> names() {
    return DEFINITIONS.keySet();
  }

  /** Returns the function that a node applies to its only input, or null if it is none such. */
  static ScalarFunction functionOrNull(OnnxNode node) {
    Definition definition = DEFINITIONS.get(OperatorTable.key(node));
    return definition == null || node.inputs().size() != 1 ? null : definition.of(node);
  }

  /** A function of one tensor. */
  static void function(OnnxNode node, GraphAssembly graph) {
    ScalarFunction function = functionOrNull(node);
    if (function == null) {
      throw node.refused("has " + node.inputs().size() + " inputs", "give it one");
    }
    Elementwise.of(node, graph).bind(function);
  }

  /** {@code PRelu}: one slope for all elements, one per channel, or one per element. */
  static void parametricRelu(OnnxNode node, GraphAssembly graph) {
    if (!(graph.value(node, 1) instanceof ImportedValue.Constant)) {
      throw node.refused("its slope depends on the input", "use a constant slope");
    }
    TensorValue input = graph.tensor(node, 0);
    ChannelConstant slopes =
        ChannelConstant.of(node, graph.constant(node, 1), input.shape(), graph.budget());
    if (!slopes.isPerElement()) {
      Elementwise.of(node, graph).bind(operands -> leaky(operands.get(1)).after(operands.get(0)));
      return;
    }
    graph.bind(
        node,
        PerElement.map(
            node,
            graph,
            input,
            (i, j) -> slopes.value(i) == slopes.value(j),
            (name, inputs, shape, element) ->
                new FunctionNode(name, inputs, shape, leaky(node, shape.dim(0), slopes, element))));
  }

  /** Each function is fitted by itself, which takes milliseconds. */
  private static List<ScalarFunction> leaky(
      OnnxNode node, int count, ChannelConstant slopes, IntUnaryOperator element) {
    if (count > MAX_SLOPES) {
      throw node.refused(
          "has " + count + " slopes, over the limit of " + MAX_SLOPES,
          "train with one slope per channel (Keras: shared_axes=[1, 2])");
    }
    return IntStream.range(0, count)
        .mapToObj(c -> leaky(new ScalarFunction.Constant(slopes.value(element.applyAsInt(c)))))
        .toList();
  }

  /** {@code Clip} with its bounds as attributes (older opsets) or as inputs. */
  static void clip(OnnxNode node, GraphAssembly graph) {
    double min = bound(node, graph, "min", 1, Double.NEGATIVE_INFINITY);
    double max = bound(node, graph, "max", 2, Double.POSITIVE_INFINITY);
    ScalarFunction clipped = X;
    if (min > -Float.MAX_VALUE) {
      clipped = new ScalarFunction.Constant(min).combine(Combination.MAX, clipped);
    }
    if (max < Float.MAX_VALUE) {
      clipped = clipped.combine(Combination.MIN, max);
    }
    ScalarFunction function = clipped;
    TensorValue input = graph.tensor(node, 0);
    graph.bind(
        node, TensorValue.mapOrNull(node.output(), input, formula -> formula.thenOrNull(function)));
  }

  private static double bound(
      OnnxNode node, GraphAssembly graph, String attribute, int input, double absent) {
    if (node.hasAttribute(attribute)) {
      return node.attributeOrNull(attribute).getF();
    }
    ConstantTensor constant = graph.constantOrNull(node, input);
    if (constant == null) {
      return absent;
    }
    if (constant.elementCount() != 1 || Double.isNaN(constant.real(0))) {
      throw node.damaged("its " + attribute + " is not a number");
    }
    return constant.real(0);
  }

  /** {@code Where}, {@code Greater} and their like, on numbers that are 1 for true and 0 else. */
  static void choice(OnnxNode node, GraphAssembly graph) {
    int count = node.operator().equals("Where") ? 3 : 2;
    for (int i = 0; i < count; i++) {
      node.input(i);
    }
    Elementwise.of(node, graph).bind(operands -> choice(node, operands));
  }

  private static ScalarFunction choice(OnnxNode node, List<ScalarFunction> operands) {
    ScalarFunction left = operands.get(0);
    ScalarFunction right = operands.get(1);
    return switch (node.operator()) {
      case "Where" -> new ScalarFunction.Selected(left, right, operands.get(2));
      case "Greater" -> above(left, right, ONE, ZERO);
      case "Less" -> above(right, left, ONE, ZERO);
      case "GreaterOrEqual" -> above(right, left, ZERO, ONE);
      case "LessOrEqual" -> above(left, right, ZERO, ONE);
      case "And" -> left.combine(Combination.MIN, right);
      case "Or" -> left.combine(Combination.MAX, right);
      default -> throw new IllegalStateException("operator is " + node.operator());
    };
  }

  /** {@code left > right ? then : otherwise}. */
  private static ScalarFunction above(
      ScalarFunction left, ScalarFunction right, ScalarFunction then, ScalarFunction otherwise) {
    return new ScalarFunction.Selected(left.combine(Combination.SUBTRACT, right), then, otherwise);
  }

  /**
   * {@code Equal} and {@code Xor}. Other numbers than steps are equal at single points only, which
   * no approximation shows.
   */
  static void equality(OnnxNode node, GraphAssembly graph) {
    node.input(0);
    node.input(1);
    boolean equal = node.operator().equals("Equal");
    Elementwise operands = Elementwise.of(node, graph);
    TensorValue result =
        operands.resultOrNull(
            formulas ->
                Formula.ofOrNull(
                    formulas, steps -> comparedOrNull(steps.get(0), steps.get(1), equal)));
    if (result != null) {
      graph.bind(node, result);
    } else if (operands.resultOrNull(formulas -> formulas.get(0)) == null) {
      throw node.refused("combines different tensors", ArithmeticOperators.REMEDY);
    } else {
      throw node.refused(
          "compares real numbers, which are equal at single points only",
          "compare with Greater and Less");
    }
  }

  /** Returns 1 where two steps are equal or where they differ, else 0; null if they are none. */
  private static ScalarFunction comparedOrNull(
      ScalarFunction left, ScalarFunction right, boolean equal) {
    ScalarFunction difference = left.combine(Combination.SUBTRACT, right);
    return isStep(difference, true)
        ? new ScalarFunction.Selected(
            difference.apply(Operation.ABS), equal ? ZERO : ONE, equal ? ONE : ZERO)
        : null;
  }

  /**
   * Returns whether a function depends on its argument by conditions and rounding only.
   *
   * @param rounding whether rounding is allowed; not on both sides of an operation, since {@code
   *     floor(x)} and {@code ceil(x)} are equal at single points only
   */
  private static boolean isStep(ScalarFunction function, boolean rounding) {
    if (function instanceof ScalarFunction.Applied a) {
      return rounding && ROUNDING.contains(a.operation()) || isStep(a.operand(), rounding);
    }
    if (function instanceof ScalarFunction.Combined c) {
      boolean one = rounding && (isConstant(c.left()) || isConstant(c.right()));
      return isStep(c.left(), one) && isStep(c.right(), one);
    }
    if (function instanceof ScalarFunction.Selected s) {
      return isStep(s.above(), rounding) && isStep(s.otherwise(), rounding);
    }
    return isConstant(function);
  }

  private static boolean isConstant(ScalarFunction function) {
    return function instanceof ScalarFunction.Constant;
  }

  /** {@code max(0, x) + slope min(0, x)}. */
  private static ScalarFunction leaky(ScalarFunction slope) {
    return ScalarFunction.relu()
        .combine(
            Combination.ADD, slope.combine(Combination.MULTIPLY, ZERO.combine(Combination.MIN, X)));
  }

  /** {@code gamma (max(0, x) + alpha (exp(min(0, x) / scale) - 1))}. */
  private static ScalarFunction elu(double alpha, double scale, double gamma) {
    ScalarFunction negative = ZERO.combine(Combination.MIN, X);
    ScalarFunction scaled = scale == 1 ? negative : negative.combine(Combination.DIVIDE, scale);
    ScalarFunction below = scaled.apply(Operation.EXP).combine(Combination.SUBTRACT, 1);
    ScalarFunction sum =
        ScalarFunction.relu().combine(Combination.ADD, below.combine(Combination.MULTIPLY, alpha));
    return gamma == 1 ? sum : sum.combine(Combination.MULTIPLY, gamma);
  }

  private static ScalarFunction shrink(OnnxNode node) {
    float bias = node.real("bias", 0);
    ScalarFunction threshold = new ScalarFunction.Constant(node.real("lambd", 0.5f));
    ScalarFunction below =
        above(
            ZERO.combine(Combination.SUBTRACT, threshold),
            X,
            X.combine(Combination.ADD, bias),
            ZERO);
    return above(X, threshold, X.combine(Combination.SUBTRACT, bias), below);
  }

  /** {@code max(0, min(1, slope x + shift))}. */
  private static ScalarFunction ramp(ScalarFunction x, double slope, double shift) {
    ScalarFunction line = x.combine(Combination.MULTIPLY, slope).combine(Combination.ADD, shift);
    return ZERO.combine(Combination.MAX, line.combine(Combination.MIN, 1));
  }

  private static ScalarFunction swish(double alpha) {
    ScalarFunction scaled = alpha == 1 ? X : X.combine(Combination.MULTIPLY, alpha);
    return X.combine(Combination.MULTIPLY, scaled.apply(Operation.SIGMOID));
  }

  private static ScalarFunction gelu(OnnxNode node) {
    String approximate = node.text("approximate", "none");
    return switch (approximate) {
      case "none" -> erfGelu();
      case "tanh" -> tanhGelu();
      default -> throw node.damaged("attribute approximate is '" + approximate + "'");
    };
  }

  private static ScalarFunction erfGelu() {
    return halfTimesOnePlus(X.combine(Combination.DIVIDE, Math.sqrt(2)).apply(Operation.ERF));
  }

  private static ScalarFunction tanhGelu() {
    ScalarFunction square = X.combine(Combination.MULTIPLY, X);
    ScalarFunction factor =
        square
            .combine(Combination.MULTIPLY, 0.044715)
            .combine(Combination.ADD, 1)
            .combine(Combination.MULTIPLY, Math.sqrt(2 / Math.PI));
    return halfTimesOnePlus(X.combine(Combination.MULTIPLY, factor).apply(Operation.TANH));
  }

  /** {@code x / 2 (1 + function)}. */
  private static ScalarFunction halfTimesOnePlus(ScalarFunction function) {
    return X.combine(Combination.MULTIPLY, 0.5)
        .combine(Combination.MULTIPLY, function.combine(Combination.ADD, 1));
  }
}
