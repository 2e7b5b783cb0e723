// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.onnx.model.OnnxNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds normalisations and softmax that exporters wrote as several operators: a division of a
 * tensor by an average or a sum over the same tensor. Otherwise the importer might refuse one of
 * the operators for another reason, which would mislead.
 */
final class NormalisationCheck {
  private static final String REMEDY = "train with batch normalisation, which adds no cost";

  /** Operators between the average and the division. */
  private static final Set<String> BETWEEN =
      Set.of(
          "Sqrt",
          "Pow",
          "Add",
          "Mul",
          "Sub",
          "Abs",
          "Clip",
          "Max",
          "Expand",
          "Unsqueeze",
          "Squeeze",
          "Slice",
          "Reshape",
          "Reciprocal",
          "Cast",
          "Identity");

  private static final Set<String> AVERAGES =
      Set.of(
          "ReduceMean",
          "ReduceSum",
          "ReduceL2",
          "ReduceSumSquare",
          "AveragePool",
          "GlobalAveragePool");

  private static final int MAX_STEPS = 64;

  /**
   * The node that computes each tensor that depends on the input. Weights are not in it, because
   * exporters may normalise them.
   */
  private final Map<String, OnnxNode> makers = new HashMap<>();

  private NormalisationCheck(List<OnnxNode> nodes, String input) {
    for (OnnxNode node : nodes) {
      if (node.inputs().stream().anyMatch(name -> name.equals(input) || makers.containsKey(name))) {
        node.outputs().stream()
            .filter(output -> !output.isEmpty())
            .forEach(output -> makers.put(output, node));
      }
    }
  }

  /**
   * Passes if no node normalises.
   *
   * @param nodes in the order in which they can be computed
   * @param input the input of the network
   * @throws ModelFormatException at the division
   */
  static void requireNone(List<OnnxNode> nodes, String input) {
    NormalisationCheck check = new NormalisationCheck(nodes, input);
    for (OnnxNode node : nodes) {
      boolean divides = node.domain().isEmpty() && node.operator().equals("Div");
      boolean multiplies = node.domain().isEmpty() && node.operator().equals("Mul");
      for (int i = 0; i < 2 && (divides || multiplies); i++) {
        if (i == 1 || multiplies) {
          check.requireNoDivisor(node, node.inputOrEmpty(i), divides);
        }
      }
    }
  }

  private void requireNoDivisor(OnnxNode node, String divisor, boolean divides) {
    boolean root = false;
    boolean inverse = divides;
    boolean power = false;
    String average = null;
    Set<String> seen = new HashSet<>();
    Deque<String> pending = new ArrayDeque<>(List.of(divisor));
    while (!pending.isEmpty() && seen.size() < MAX_STEPS) {
      String name = pending.pop();
      OnnxNode maker = makers.get(name);
      if (maker == null || !seen.add(name)) {
        continue;
      }
      String operator = maker.operator();
      root |= operator.equals("Sqrt") || operator.equals("ReduceL2");
      inverse |= operator.equals("Reciprocal");
      if (AVERAGES.contains(operator)) {
        power |= before(maker, Set.of("Pow", "Mul"));
        average = average == null ? operator : average;
        if (operator.equals("ReduceSum") && before(maker, Set.of("Exp")) && divides) {
          throw node.refused(
              "is a softmax written as several operators",
              "write it as Softmax, which the client computes if it is the last layer");
        }
      } else if (BETWEEN.contains(operator)) {
        maker.inputs().forEach(pending::push);
      }
      power |= operator.equals("Pow");
    }
    if (average != null && inverse && (root || power)) {
      throw node.refused(
          "is a normalisation written as several operators ("
              + average
              + " is one of them, as in LayerNorm,"
              + " InstanceNorm, GroupNorm or LRN), which divides by a secret number",
          REMEDY);
    }
  }

  private boolean before(OnnxNode node, Set<String> operators) {
    OnnxNode maker = makers.get(node.inputOrEmpty(0));
    for (int i = 0; i < 4 && maker != null && BETWEEN.contains(maker.operator()); i++) {
      if (operators.contains(maker.operator())) {
        return true;
      }
      maker = makers.get(maker.inputOrEmpty(0));
    }
    return maker != null && operators.contains(maker.operator());
  }
}
