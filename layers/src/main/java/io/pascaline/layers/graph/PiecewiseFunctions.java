// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Writes functions that are lines between their breaks, as leaky and clipped rectifiers are, as
 * sums of ReLU: {@code f(x) = s x + t + sum of w relu(x - b)}, one term for each break b, at which
 * the slope grows by w. For suites that evaluate ReLU exactly and functions not at all.
 */
public final class PiecewiseFunctions {
  private final List<GraphNode> nodes = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  private PiecewiseFunctions(NetworkGraph graph) {
    graph.nodes().forEach(node -> names.add(node.name()));
    names.add(graph.inputName());
  }

  /** Returns the network with every such {@link FunctionNode} made of ReLU; others stay. */
  public static NetworkGraph in(NetworkGraph graph) {
    PiecewiseFunctions pass = new PiecewiseFunctions(graph);
    for (GraphNode node : graph.nodes()) {
      List<LinearPieces> pieces = node instanceof FunctionNode f ? piecesOrNull(f) : null;
      if (pieces == null) {
        pass.nodes.add(node);
      } else {
        pass.add((FunctionNode) node, pieces);
      }
    }
    return graph.withNodes(pass.nodes);
  }

  private static List<LinearPieces> piecesOrNull(FunctionNode node) {
    List<LinearPieces> all = new ArrayList<>();
    for (ScalarFunction function : node.functions()) {
      LinearPieces pieces = LinearPieces.ofOrNull(function);
      if (pieces == null) {
        return null;
      }
      all.add(pieces);
    }
    return all;
  }

  private void add(FunctionNode node, List<LinearPieces> pieces) {
    int breaks = pieces.stream().mapToInt(p -> p.breaks().size()).max().orElseThrow();
    Shape shape = node.shape();
    String source = node.inputs().get(0);
    Terms terms = new Terms(node);
    float[] slopes = perChannel(shape, pieces, p -> p.lines().get(0).slope());
    float[] shifts = perChannel(shape, pieces, p -> p.lines().get(0).shift());
    boolean flat = all(slopes, 0);
    if (!flat || breaks == 0) {
      boolean same = all(slopes, 1) && all(shifts, 0) && breaks > 0;
      terms.add(same ? source : terms.affine(source, slopes, shifts), false);
      shifts = new float[shifts.length];
    }
    for (int i = 0; i < breaks; i++) {
      int term = i;
      float[] starts = perChannel(shape, pieces, p -> -breakOf(p, term));
      float[] weights = perChannel(shape, pieces, p -> weightOf(p, term));
      String shifted = all(starts, 0) ? source : terms.affine(source, ones(shape), starts);
      String relu = terms.make("relu", name -> new ReluNode(name, List.of(shifted), shape));
      boolean subtracts = all(weights, -1) && !terms.isEmpty();
      boolean plain = subtracts || all(weights, 1);
      terms.add(
          plain && all(shifts, 0) ? relu : terms.affine(relu, weights, shifts),
          subtracts && all(shifts, 0));
      shifts = new float[shifts.length];
    }
    terms.end();
  }

  private static double breakOf(LinearPieces pieces, int term) {
    return term < pieces.breaks().size() ? pieces.breaks().get(term) : 0;
  }

  private static double weightOf(LinearPieces pieces, int term) {
    return term < pieces.breaks().size()
        ? pieces.lines().get(term + 1).slope() - pieces.lines().get(term).slope()
        : 0;
  }

  private static float[] perChannel(
      Shape shape, List<LinearPieces> pieces, Function<LinearPieces, Double> value) {
    float[] values = new float[shape.dim(0)];
    for (int channel = 0; channel < values.length; channel++) {
      values[channel] = value.apply(pieces.get(pieces.size() == 1 ? 0 : channel)).floatValue();
    }
    return values;
  }

  private static float[] ones(Shape shape) {
    float[] ones = new float[shape.dim(0)];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static boolean all(float[] values, float expected) {
    for (float value : values) {
      if (value != expected) {
        return false;
      }
    }
    return true;
  }

  /** The nodes of one function; the last has its name. */
  private final class Terms {
    private final FunctionNode node;
    private final List<Function<String, GraphNode>> makers = new ArrayList<>();
    private final List<String> made = new ArrayList<>();
    private String sum;

    Terms(FunctionNode node) {
      this.node = node;
    }

    boolean isEmpty() {
      return sum == null;
    }

    String make(String kind, Function<String, GraphNode> maker) {
      String stem = node.name() + "/" + kind;
      String name = stem;
      for (int i = 2; !names.add(name); i++) {
        name = stem + "~" + i;
      }
      makers.add(maker);
      made.add(name);
      return name;
    }

    String affine(String input, float[] scales, float[] shifts) {
      return make(
          "affine", name -> new AffineNode(name, List.of(input), node.shape(), scales, shifts));
    }

    void add(String term, boolean subtracts) {
      if (sum == null) {
        sum = term;
        return;
      }
      String before = sum;
      sum = make("sum", name -> new AddNode(name, List.of(before, term), node.shape(), subtracts));
    }

    void end() {
      int last = makers.size() - 1;
      for (int i = 0; i <= last; i++) {
        nodes.add(makers.get(i).apply(i == last ? node.name() : made.get(i)));
      }
    }
  }
}
