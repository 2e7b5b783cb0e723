// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ScalarFunction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The fits of one layer, by what they cost. */
final class FunctionLayerFit {
  /** A slope must be this much better than another harmonic, for it limits the range. */
  private static final double CLEARLY = 0.8;

  private final GraphNode node;
  private final InputHistogram histogram;
  private final HarmonicFit fit;

  private final Map<Integer, Choice> choices = new HashMap<>();

  /** What a number of terms are, and what comes of them. */
  private record Choice(boolean sloped, double error) {}

  private final Map<Integer, HarmonicFit.Fit> fits = new HashMap<>();

  /**
   * Prepares a layer.
   *
   * @param node a {@link ReluNode} or {@link FunctionNode}
   * @param histogram of its inputs
   * @param safetyFactor of the layer's bound
   */
  FunctionLayerFit(GraphNode node, InputHistogram histogram, double safetyFactor) {
    this.node = node;
    this.histogram = histogram;
    this.fit =
        new HarmonicFit(
            functions(node), histogram, RingPeriod.of(safetyFactor * histogram.largest()));
  }

  private Choice choice(int terms) {
    return choices.computeIfAbsent(
        terms,
        count -> {
          double alone = fit.expectedError(count, false);
          double sloped = count == 1 ? alone : fit.expectedError(count - 1, true);
          return sloped < CLEARLY * alone ? new Choice(true, sloped) : new Choice(false, alone);
        });
  }

  /** Returns whether a node has functions that harmonics take the place of. */
  static boolean isFunction(GraphNode node) {
    return switch (node.kind()) {
      case FUNCTION, RELU -> true;
      case LINEAR,
          AFFINE,
          ACTIVATION,
          HARMONIC,
          PRODUCT,
          AVERAGE_POOL,
          MAX_POOL,
          ADD,
          RESHAPE,
          VIEW,
          CONCAT ->
          false;
    };
  }

  private static List<ScalarFunction> functions(GraphNode node) {
    return node instanceof FunctionNode function
        ? function.functions()
        : List.of(ScalarFunction.relu());
  }

  int elementCount() {
    return node.outputShape().elementCount();
  }

  /** Returns about how large the error with a number of terms is. */
  double error(int terms) {
    return choice(terms).error();
  }

  /**
   * Returns the layer with a number of terms.
   *
   * @param effect of this error on the network's outputs
   */
  LayerApproximation approximation(int terms, double effect) {
    boolean sloped = choice(terms).sloped();
    HarmonicFit.Fit best =
        fits.computeIfAbsent(terms, count -> fit.fit(sloped ? count - 1 : count, sloped));
    HarmonicNode replacement =
        new HarmonicNode(
            node.name(), node.inputs(), node.outputShape(), best.function(), fit.period());
    return new LayerApproximation(
        functions(node),
        replacement,
        histogram,
        best.rmsError(),
        best.largestError(),
        best.rmsOutput(),
        effect);
  }
}
