// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.graph.ScalarFunction.Applied;
import io.pascaline.layers.graph.ScalarFunction.Argument;
import io.pascaline.layers.graph.ScalarFunction.Combined;
import io.pascaline.layers.graph.ScalarFunction.Constant;
import io.pascaline.layers.graph.ScalarFunction.Selected;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Element-wise functions as ONNX operators. Channels whose expressions differ only in constants are
 * written as one expression with a constant per channel. If there are several such expressions, the
 * channels of each are selected, and their results are put back into the original order.
 */
final class FunctionBody {
  private final NodeWriter writer;
  private final String input;
  private final String prefix;
  private final int rank;

  /** By the expressions of all channels. */
  private final Map<List<ScalarFunction>, String> written = new HashMap<>();

  private int expressionCount;

  private FunctionBody(NodeWriter writer, String input, String prefix, int rank) {
    this.writer = writer;
    this.input = input;
    this.prefix = prefix;
    this.rank = rank;
  }

  static void write(NodeWriter writer, FunctionNode node, String input, String output) {
    Map<String, List<Integer>> byForm = new LinkedHashMap<>();
    for (int channel = 0; channel < node.functions().size(); channel++) {
      byForm
          .computeIfAbsent(form(node.function(channel)), unused -> new ArrayList<>())
          .add(channel);
    }
    int rank = node.shape().rank();
    if (byForm.size() == 1) {
      new FunctionBody(writer, input, output, rank).write(node.functions(), output);
      return;
    }
    List<String> parts = new ArrayList<>();
    long[] places = new long[node.functions().size()];
    int next = 0;
    for (List<Integer> channels : byForm.values()) {
      String part = output + ".form" + parts.size();
      long[] chosen = channels.stream().mapToLong(Integer::longValue).toArray();
      String own = writer.gather(1, input, part + ".input", chosen);
      new FunctionBody(writer, own, part, rank)
          .write(channels.stream().map(node::function).toList(), part);
      parts.add(part);
      for (int channel : channels) {
        places[channel] = next++;
      }
    }
    writer.gather(1, writer.concat(1, parts, output + ".forms"), output, places);
  }

  /** Returns the expression without the values of its constants. */
  private static String form(ScalarFunction function) {
    if (function instanceof Applied applied) {
      return applied.operation() + "(" + form(applied.operand()) + ")";
    }
    if (function instanceof Combined combined) {
      String operands = form(combined.left()) + "," + form(combined.right());
      return combined.combination() + "(" + operands + ")";
    }
    if (function instanceof Selected selected) {
      return "SELECT("
          + form(selected.condition())
          + ","
          + form(selected.above())
          + ","
          + form(selected.otherwise())
          + ")";
    }
    return function instanceof Argument ? "x" : "c";
  }

  /** Writes expressions of one form so that their values have the input's shape. */
  private void write(List<ScalarFunction> functions, String output) {
    boolean isConstant = !form(functions.get(0)).contains("x");
    String value = expression(functions);
    if (isConstant) {
      String zero = writer.constant(prefix + ".zero", new float[1]);
      writer.step("Add", output, writer.step("Mul", prefix + ".none", input, zero), value);
    } else {
      writer.step("Identity", output, value);
    }
  }

  private String expression(List<ScalarFunction> functions) {
    String known = written.get(functions);
    if (known != null) {
      return known;
    }
    String made = added(functions);
    written.put(functions, made);
    return made;
  }

  private String added(List<ScalarFunction> functions) {
    ScalarFunction first = functions.get(0);
    if (first instanceof Argument) {
      return input;
    }
    if (first instanceof Applied applied) {
      String operand = expression(each(functions, f -> ((Applied) f).operand()));
      return writer.step(operator(applied.operation()), next(), operand);
    }
    if (first instanceof Combined combined) {
      String left = expression(each(functions, f -> ((Combined) f).left()));
      String right = expression(each(functions, f -> ((Combined) f).right()));
      return writer.step(operator(combined.combination()), next(), left, right);
    }
    if (first instanceof Selected) {
      String condition = expression(each(functions, f -> ((Selected) f).condition()));
      String above = expression(each(functions, f -> ((Selected) f).above()));
      String otherwise = expression(each(functions, f -> ((Selected) f).otherwise()));
      String zero = writer.constant(next(), new float[1]);
      String isAbove = writer.step("Greater", zero + ".above", condition, zero);
      return writer.step("Where", zero + ".chosen", isAbove, above, otherwise);
    }
    return constant(functions);
  }

  private static List<ScalarFunction> each(
      List<ScalarFunction> functions, Function<ScalarFunction, ScalarFunction> part) {
    return functions.stream().map(part).toList();
  }

  private String constant(List<ScalarFunction> functions) {
    float[] values = new float[functions.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((Constant) functions.get(i)).constant();
    }
    int[] dims = new int[rank];
    Arrays.fill(dims, 1);
    dims[0] = values.length;
    return writer.constant(next(), values, dims);
  }

  private String next() {
    return prefix + ".e" + expressionCount++;
  }

  private static String operator(ScalarFunction.Operation operation) {
    return switch (operation) {
      case ABS -> "Abs";
      case EXP -> "Exp";
      case LOG -> "Log";
      case SQRT -> "Sqrt";
      case SIGN -> "Sign";
      case ERF -> "Erf";
      case SIGMOID -> "Sigmoid";
      case SOFTPLUS -> "Softplus";
      case TANH -> "Tanh";
      case SINH -> "Sinh";
      case COSH -> "Cosh";
      case SIN -> "Sin";
      case COS -> "Cos";
      case TAN -> "Tan";
      case ASIN -> "Asin";
      case ACOS -> "Acos";
      case ATAN -> "Atan";
      case ASINH -> "Asinh";
      case ACOSH -> "Acosh";
      case ATANH -> "Atanh";
      case FLOOR -> "Floor";
      case CEIL -> "Ceil";
      case ROUND -> "Round";
    };
  }

  private static String operator(ScalarFunction.Combination combination) {
    return switch (combination) {
      case ADD -> "Add";
      case SUBTRACT -> "Sub";
      case MULTIPLY -> "Mul";
      case DIVIDE -> "Div";
      case MIN -> "Min";
      case MAX -> "Max";
      case POWER -> "Pow";
    };
  }
}
