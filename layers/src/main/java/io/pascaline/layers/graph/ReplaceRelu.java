// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Puts a function in the place of every ReLU, as the timing runs of Diaa et al. do ("Fast and
 * Private Inference of Deep Neural Networks by Co-designing Activation Functions", USENIX Security
 * 2024). The weights stay, so the answers are those of another network: unless it was trained with
 * the function in place, only its costs mean anything.
 */
public final class ReplaceRelu {
  /** The published quartic, fitted to ReLU on [-5, 5], with coefficients of 10 bits. */
  public static final PolynomialBasis POLY4 =
      new PolynomialBasis(0.31445312, 0.5, 0.15625, 0, -0.00292969);

  /**
   * The parabola that fits ReLU best on [-5, 5] in the sense of least squares: {@code R (3/32 + t/2
   * + 15/32 t^2)} with t = x / R; 10 bits hold its coefficients exactly. Less is lost in fixed
   * point than with {@link #POLY4}, as no fourth power is truncated.
   */
  public static final PolynomialBasis POLY2 = new PolynomialBasis(0.46875, 0.5, 0.09375);

  private ReplaceRelu() {}

  /**
   * Returns the network with every {@link ReluNode} made an {@link ActivationNode} of the same
   * name.
   */
  public static NetworkGraph with(NetworkGraph graph, ActivationBasis basis) {
    return with(graph, basis, name -> true);
  }

  /** Returns the same, for the chosen names only. */
  public static NetworkGraph with(
      NetworkGraph graph, ActivationBasis basis, Predicate<String> chosen) {
    List<GraphNode> nodes = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      nodes.add(
          node instanceof ReluNode relu && chosen.test(relu.name())
              ? new ActivationNode(relu.name(), relu.inputs(), relu.shape(), basis)
              : node);
    }
    return graph.withNodes(nodes);
  }
}
