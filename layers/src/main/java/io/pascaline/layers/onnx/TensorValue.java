// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A tensor that depends on the input of the network, during import. Either a node of the graph
 * computes it, or element-wise operators do. In the second case it is represented by its formula of
 * one or more earlier tensors, and becomes a node only when another kind of operator reads it.
 *
 * <p>A tensor keeps one formula for <i>each</i> earlier tensor of which it is a function (its
 * bases), oldest first: {@code p(q(x))} may exceed the allowed degree as a polynomial of {@code x},
 * but not as a polynomial of {@code q(x)}.
 */
final class TensorValue implements ImportedValue {
  /** Long unary chains would otherwise make every tensor a base of all that follow. */
  private static final int MAX_BASES = 12;

  private final String name;
  private final Shape shape;
  private final List<Form> forms;
  private final Effort effort;
  private String nodeName;

  private TensorValue(String name, Shape shape, List<Form> forms, String nodeName) {
    this.name = name;
    this.shape = shape;
    this.forms = forms;
    this.effort = minEffort(forms);
    this.nodeName = nodeName;
  }

  /** Returns a tensor that a node of the graph makes, or the input of the graph. */
  static TensorValue made(String nodeName, Shape shape) {
    return new TensorValue(nodeName, shape, List.of(), nodeName);
  }

  /** Returns a formula of one tensor; the operation gives null where there is none. */
  static TensorValue mapOrNull(String name, TensorValue of, UnaryOperator<Formula> operation) {
    return combineOrNull(name, List.of(of), formulas -> operation.apply(formulas.get(0)));
  }

  /**
   * Returns a combination of tensors of one shape over the bases that all share, or null if there
   * is none.
   */
  static TensorValue combineOrNull(
      String name, List<TensorValue> operands, Function<List<Formula>, Formula> operation) {
    TensorValue first = operands.get(0);
    List<Form> forms = new ArrayList<>();
    for (Form form : first.allForms()) {
      List<Formula> formulas = new ArrayList<>();
      for (TensorValue operand : operands) {
        formulas.add(operand.overOrNull(form.base));
      }
      Formula combined = formulas.contains(null) ? null : operation.apply(formulas);
      if (combined != null) {
        forms.add(new Form(form.base, combined));
      }
    }
    return forms.isEmpty() ? null : new TensorValue(name, first.shape, trimmed(forms), null);
  }

  String name() {
    return name;
  }

  Shape shape() {
    return shape;
  }

  /** Name of the node that makes this tensor, or null as long as there is none. */
  String nodeNameOrNull() {
    return nodeName;
  }

  /** Sets the node that makes this tensor, and returns this. */
  TensorValue madeBy(String node) {
    makeBy(node);
    return this;
  }

  void makeBy(String node) {
    this.nodeName = node;
  }

  /** Returns how many functions its formulas hold channel by channel. */
  int channelFunctionCount() {
    int count = 0;
    for (Form form : forms) {
      count += form.formula.functionCount() > 1 ? form.formula.functionCount() : 0;
    }
    return count;
  }

  /** What it takes to compute this tensor from those that are nodes by now. */
  Effort effort() {
    return nodeName != null ? Effort.NONE : effort;
  }

  /**
   * Returns the tensor that this one is best computed from, and how.
   *
   * <p>The least effort decides; then the oldest tensor. But if that must become an activation
   * itself, it takes the shifts and factors that follow it along.
   */
  Form form() {
    Effort least = minEffort(forms);
    List<Form> best = new ArrayList<>(forms);
    best.removeIf(form -> form.effort().compareTo(least) > 0);
    Form chosen = best.get(0);
    for (Form form : chosen.base.nodeName == null ? best : List.<Form>of()) {
      chosen = form.formula.isLike(chosen.formula) ? form : chosen;
    }
    return chosen;
  }

  private static Effort minEffort(List<Form> forms) {
    Effort least = null;
    for (Form form : forms) {
      Effort effort = form.effort();
      least = least == null || effort.compareTo(least) < 0 ? effort : least;
    }
    return least == null ? Effort.NONE : least;
  }

  private Formula overOrNull(TensorValue base) {
    if (base == this) {
      return Formula.IDENTITY;
    }
    for (Form form : forms) {
      if (form.base == base) {
        return form.formula;
      }
    }
    return null;
  }

  private List<Form> allForms() {
    List<Form> all = new ArrayList<>(forms);
    all.add(new Form(this, Formula.IDENTITY));
    return all;
  }

  /** Keeps the oldest bases, from which fewest nodes follow, and the newest. */
  private static List<Form> trimmed(List<Form> forms) {
    if (forms.size() <= MAX_BASES) {
      return List.copyOf(forms);
    }
    List<Form> kept = new ArrayList<>(forms.subList(0, MAX_BASES / 2));
    kept.addAll(forms.subList(forms.size() - MAX_BASES / 2, forms.size()));
    return List.copyOf(kept);
  }

  /** The formula of a tensor in an earlier one, its base. */
  record Form(TensorValue base, Formula formula) {
    Effort effort() {
      return base.effort().plus(formula.effort());
    }
  }
}
