// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.layers.graph.ScalarFunction.Applied;
import io.pascaline.layers.graph.ScalarFunction.Combination;
import io.pascaline.layers.graph.ScalarFunction.Combined;
import io.pascaline.layers.graph.ScalarFunction.Constant;
import io.pascaline.layers.graph.ScalarFunction.Operation;
import io.pascaline.layers.graph.ScalarFunction.Selected;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A function that is a line between any two of its breaks. Immutable.
 *
 * @param breaks where one line ends and the next begins, ascending
 * @param lines one more than breaks
 */
record LinearPieces(List<Double> breaks, List<Line> lines) {
  /** More than any activation has. */
  private static final int MAX_BREAKS = 8;

  /** Two lines that differ by less at a break meet there. */
  private static final double SAME = 1e-9;

  /** {@code slope x + shift}. */
  record Line(double slope, double shift) {
    double value(double x) {
      return slope * x + shift;
    }

    private Line plus(Line other, double sign) {
      return new Line(slope + sign * other.slope, shift + sign * other.shift);
    }

    private Line times(double factor) {
      return new Line(slope * factor, shift * factor);
    }

    private boolean isFinite() {
      return Double.isFinite(slope) && Double.isFinite(shift);
    }
  }

  private interface Choice {
    Line of(double x, Line left, Line right);
  }

  /** Returns the pieces of a function that has few and no jumps, or null. */
  static LinearPieces ofOrNull(ScalarFunction function) {
    LinearPieces pieces = piecesOrNull(function);
    return pieces == null || !pieces.lines.stream().allMatch(Line::isFinite)
        ? null
        : pieces.joinedOrNull();
  }

  private static LinearPieces piecesOrNull(ScalarFunction function) {
    if (function instanceof ScalarFunction.Argument) {
      return line(1, 0);
    }
    if (function instanceof Constant constant) {
      return line(0, constant.constant());
    }
    if (function instanceof Applied applied) {
      LinearPieces operand = piecesOrNull(applied.operand());
      return operand == null || applied.operation() != Operation.ABS
          ? null
          : operand.larger(operand.times(-1), 1);
    }
    if (function instanceof Combined combined) {
      LinearPieces left = piecesOrNull(combined.left());
      LinearPieces right = left == null ? null : piecesOrNull(combined.right());
      return right == null ? null : combinedOrNull(combined.combination(), left, right);
    }
    Selected selected = (Selected) function;
    LinearPieces condition = piecesOrNull(selected.condition());
    LinearPieces above = piecesOrNull(selected.above());
    LinearPieces otherwise = piecesOrNull(selected.otherwise());
    return condition == null || above == null || otherwise == null
        ? null
        : selected(condition, above, otherwise);
  }

  private static LinearPieces combinedOrNull(
      Combination combination, LinearPieces left, LinearPieces right) {
    if (left.breaks.size() + right.breaks.size() > MAX_BREAKS) {
      return null;
    }
    return switch (combination) {
      case ADD -> left.aligned(right, (x, l, r) -> l.plus(r, 1));
      case SUBTRACT -> left.aligned(right, (x, l, r) -> l.plus(r, -1));
      case MIN -> left.larger(right, -1);
      case MAX -> left.larger(right, 1);
      case MULTIPLY -> {
        LinearPieces scaled = left.isConstant() ? right : right.isConstant() ? left : null;
        LinearPieces factor = left.isConstant() ? left : right;
        yield scaled == null ? null : scaled.times(factor.lines.get(0).shift());
      }
      case DIVIDE -> right.isConstant() ? left.times(1 / right.lines.get(0).shift()) : null;
      case POWER -> null;
    };
  }

  private static LinearPieces line(double slope, double shift) {
    return new LinearPieces(List.of(), List.of(new Line(slope, shift)));
  }

  private boolean isConstant() {
    return breaks.isEmpty() && lines.get(0).slope() == 0;
  }

  private LinearPieces times(double factor) {
    return new LinearPieces(breaks, lines.stream().map(line -> line.times(factor)).toList());
  }

  /** Returns the larger of two functions, of sign 1; or the smaller, of -1. */
  private LinearPieces larger(LinearPieces other, int sign) {
    LinearPieces difference = aligned(other, (x, l, r) -> l.plus(r, -1));
    return selected(difference.times(sign), this, other);
  }

  private static LinearPieces selected(
      LinearPieces condition, LinearPieces above, LinearPieces otherwise) {
    LinearPieces signs = condition.withRoots();
    LinearPieces either = above.aligned(signs, (x, line, sign) -> line);
    return either.aligned(
        otherwise, (x, line, other) -> signs.lineAt(x).value(x) > 0 ? above.lineAt(x) : other);
  }

  /** Returns the same function with a break wherever it is zero. */
  private LinearPieces withRoots() {
    TreeSet<Double> all = new TreeSet<>(breaks);
    for (int i = 0; i < lines.size(); i++) {
      double root = -lines.get(i).shift() / lines.get(i).slope();
      boolean after = i == 0 || root > breaks.get(i - 1);
      boolean before = i == breaks.size() || root < breaks.get(i);
      if (Double.isFinite(root) && after && before) {
        all.add(root);
      }
    }
    return over(all, this, (x, line, same) -> line);
  }

  private LinearPieces aligned(LinearPieces other, Choice choice) {
    TreeSet<Double> all = new TreeSet<>(breaks);
    all.addAll(other.breaks);
    return over(all, other, choice);
  }

  private LinearPieces over(TreeSet<Double> all, LinearPieces other, Choice choice) {
    List<Double> ends = new ArrayList<>(all);
    List<Line> chosen = new ArrayList<>();
    for (int i = 0; i <= ends.size(); i++) {
      double x = inside(ends, i);
      chosen.add(choice.of(x, lineAt(x), other.lineAt(x)));
    }
    return new LinearPieces(List.copyOf(ends), List.copyOf(chosen));
  }

  /** Returns a number between two ends. */
  private static double inside(List<Double> ends, int piece) {
    if (ends.isEmpty()) {
      return 0;
    }
    if (piece == 0) {
      return ends.get(0) - 1;
    }
    return piece == ends.size()
        ? ends.get(piece - 1) + 1
        : (ends.get(piece - 1) + ends.get(piece)) / 2;
  }

  private Line lineAt(double x) {
    int piece = 0;
    while (piece < breaks.size() && x > breaks.get(piece)) {
      piece++;
    }
    return lines.get(piece);
  }

  /** Returns the same with only those breaks where the slope changes; null if it jumps. */
  private LinearPieces joinedOrNull() {
    List<Double> ends = new ArrayList<>();
    List<Line> kept = new ArrayList<>(List.of(lines.get(0)));
    for (int i = 0; i < breaks.size(); i++) {
      Line next = lines.get(i + 1);
      double left = kept.get(kept.size() - 1).value(breaks.get(i));
      if (Math.abs(left - next.value(breaks.get(i))) > SAME * (1 + Math.abs(left))) {
        return null;
      }
      if (next.slope() != kept.get(kept.size() - 1).slope()) {
        ends.add(breaks.get(i));
        kept.add(next);
      }
    }
    return new LinearPieces(List.copyOf(ends), List.copyOf(kept));
  }
}
