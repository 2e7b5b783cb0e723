// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings tensors whose values are tiny or huge near a magnitude of 1, where fixed point keeps their
 * bits. ReLU, maxima, means, sums and moved elements of a tensor that is {@code 2^k} times as large
 * are {@code 2^k} times as large, so a linear layer before them can be multiplied by {@code 2^k} if
 * those behind them are divided by it. The network's answers stay the same, bit by bit, as floats
 * round alike at every power of two.
 */
public final class EvenScales {
  /** Tensors within this many powers of two around 1 stay as they are. */
  private static final int MIN_SHIFT = 6;

  /** The name of the tensor that stands for its group, by the names of its members. */
  private final Map<String, String> parents = new HashMap<>();

  private final Set<String> fixed = new HashSet<>();
  private final NetworkGraph graph;

  private EvenScales(NetworkGraph graph) {
    this.graph = graph;
  }

  /**
   * Returns a network of the same answers.
   *
   * @param graph the network
   * @param largest the largest magnitude of each tensor over typical inputs
   * @return the same network if no tensor is to be scaled
   */
  public static NetworkGraph of(NetworkGraph graph, Map<String, Double> largest) {
    EvenScales scales = new EvenScales(graph);
    scales.group();
    Map<String, Integer> shifts = scales.shifts(largest);
    if (shifts.isEmpty()) {
      return graph;
    }
    List<GraphNode> nodes = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      int output = shifts.getOrDefault(scales.groupOf(node.name()), 0);
      int input = shifts.getOrDefault(scales.groupOf(node.inputs().get(0)), 0);
      nodes.add(shifted(node, input, output));
    }
    return graph.withNodes(nodes);
  }

  /** Joins tensors that must have the same scale, and fixes the scale where it means something. */
  private void group() {
    fix(graph.inputName());
    fix(graph.outputName());
    for (GraphNode node : graph.nodes()) {
      switch (node.kind()) {
        case LINEAR, AFFINE -> groupOf(node.name());
        case RELU, AVERAGE_POOL, MAX_POOL, ADD, RESHAPE, CONCAT -> joinAll(node);
        case VIEW -> {
          joinAll(node);
          if (((ViewNode) node).pad() != 0) {
            fix(node.name());
          }
        }
        case ACTIVATION, FUNCTION, HARMONIC, PRODUCT -> {
          fix(node.name());
          node.inputs().forEach(this::fix);
        }
        default -> throw new IllegalStateException("kind is " + node.kind());
      }
    }
  }

  private void joinAll(GraphNode node) {
    for (String input : node.inputs()) {
      String one = groupOf(node.name());
      String other = groupOf(input);
      if (!one.equals(other)) {
        parents.put(one, other);
        if (fixed.contains(one)) {
          fixed.add(other);
        }
      }
    }
  }

  private void fix(String tensor) {
    fixed.add(groupOf(tensor));
  }

  private String groupOf(String tensor) {
    String at = tensor;
    while (!parents.computeIfAbsent(at, own -> own).equals(at)) {
      String parent = parents.get(at);
      // Shortens the path for the next one who walks it.
      parents.put(at, parents.getOrDefault(parent, parent));
      at = parent;
    }
    return at;
  }

  /** Returns by how many powers of two each group is to be multiplied, where it is. */
  private Map<String, Integer> shifts(Map<String, Double> largest) {
    Map<String, Double> ofGroups = new HashMap<>();
    largest.forEach((tensor, value) -> ofGroups.merge(groupOf(tensor), value, Math::max));
    Map<String, Integer> shifts = new HashMap<>();
    ofGroups.forEach(
        (group, value) -> {
          boolean scalable = value > 0 && value < Double.POSITIVE_INFINITY;
          int shift = scalable ? -1 - Math.getExponent(value) : 0;
          if (!fixed.contains(group) && Math.abs(shift) >= MIN_SHIFT) {
            shifts.put(group, shift);
          }
        });
    return shifts;
  }

  private static GraphNode shifted(GraphNode node, int input, int output) {
    if (node instanceof LinearNode linear) {
      return new LinearNode(
          linear.name(),
          linear.inputs(),
          linear.map(),
          shifted(linear.weights(), output - input),
          linear.biasOrNull() == null ? null : shifted(linear.biasOrNull(), output));
    }
    return node instanceof AffineNode affine
        ? new AffineNode(
            affine.name(),
            affine.inputs(),
            affine.shape(),
            shifted(affine.scalePerChannel(), output - input),
            shifted(affine.shiftPerChannel(), output))
        : node;
  }

  private static float[] shifted(float[] values, int shift) {
    if (shift == 0) {
      return values;
    }
    float[] shifted = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      shifted[i] = Math.scalb(values[i], shift);
    }
    return shifted;
  }
}
