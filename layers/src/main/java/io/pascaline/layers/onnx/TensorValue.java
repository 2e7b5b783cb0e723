// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * A tensor that depends on the input of the network, during import. Either a node of the graph
 * makes it, or arithmetic does; then it is known by its formula of one or more tensors before it,
 * and becomes a node only when something other than arithmetic reads it.
 *
 * <p>A tensor is kept as a formula of <i>each</i> tensor that it is one of (its bases), oldest
 * first: in {@code p(q(x))} the powers of {@code q(x)} may exceed the degree allowed in {@code x},
 * but not in {@code q(x)}.
 */
final class TensorValue implements ImportedValue {
  /** Long unary chains would otherwise make every tensor a base of all that follow. */
  private static final int MAX_BASES = 12;

  private final String name;
  private final Shape shape;
  private final List<Form> forms;
  private String nodeName;

  private TensorValue(String name, Shape shape, List<Form> forms, String nodeName) {
    this.name = name;
    this.shape = shape;
    this.forms = forms;
    this.nodeName = nodeName;
  }

  /** Returns a tensor that a node of the graph makes, or the input of the graph. */
  static TensorValue made(String nodeName, Shape shape) {
    return new TensorValue(nodeName, shape, List.of(), nodeName);
  }

  /** Returns a formula of one tensor; the operation gives null where there is none. */
  static TensorValue mapOrNull(String name, TensorValue of, UnaryOperator<Formula> operation) {
    List<Form> forms = new ArrayList<>();
    for (Form form : of.allForms()) {
      add(forms, form.base, operation.apply(form.formula));
    }
    return forms.isEmpty() ? null : new TensorValue(name, of.shape, trimmed(forms), null);
  }

  /**
   * Returns a combination of two tensors over the bases that they share, or null if there is none.
   */
  static TensorValue combineOrNull(
      String name, TensorValue left, TensorValue right, BinaryOperator<Formula> operation) {
    List<Form> forms = new ArrayList<>();
    for (Form form : left.allForms()) {
      Formula other = right.overOrNull(form.base);
      if (other != null) {
        add(forms, form.base, operation.apply(form.formula, other));
      }
    }
    return forms.isEmpty() ? null : new TensorValue(name, left.shape, trimmed(forms), null);
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

  void makeBy(String node) {
    this.nodeName = node;
  }

  /** Returns whether the two have formulas of a common tensor, whatever their product's degree. */
  boolean sharesBaseWith(TensorValue other) {
    for (Form form : allForms()) {
      if (other.overOrNull(form.base) != null) {
        return true;
      }
    }
    return false;
  }

  /** Returns the tensor that this one is best computed from. */
  TensorValue base() {
    return chosen().base;
  }

  /** This tensor's formula of {@link #base()}. */
  Formula formula() {
    return chosen().formula;
  }

  /**
   * Free of rounds if it is affine in a tensor that is a node already. Else of the oldest; but if
   * that must become an activation itself, it takes the shifts and factors that follow it along.
   */
  private Form chosen() {
    for (Form form : forms) {
      if (form.formula.degree() <= 1 && form.base.nodeName != null) {
        return form;
      }
    }
    Form chosen = forms.get(0);
    for (Form form : chosen.base.nodeName == null ? forms : List.<Form>of()) {
      chosen = form.formula.degree() == chosen.formula.degree() ? form : chosen;
    }
    return chosen;
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

  private static void add(List<Form> forms, TensorValue base, Formula formulaOrNull) {
    if (formulaOrNull != null) {
      forms.add(new Form(base, formulaOrNull));
    }
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

  private record Form(TensorValue base, Formula formula) {}
}
