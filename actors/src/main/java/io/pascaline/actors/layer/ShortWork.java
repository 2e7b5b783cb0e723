// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.LocalLayer;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.linear.Shape;

/**
 * Says which of a layer's tasks are so short that they run in the turn of the layer's actor. A
 * longer one is a task of its own: it can be divided among the cores, and the actor takes other
 * messages meanwhile. Estimates from the plan alone, so that every run decides the same.
 */
final class ShortWork {
  /** Some times what handing a task on and its result back takes. */
  static final long MAX_NS = 50_000;

  /** Time for each word on one core in the slower kinds of steps: masks, sums and polynomials. */
  private static final long WORD_NS = 2;

  /**
   * Rate of one core. Kernels without vector instructions have about half of it, those with them
   * more.
   */
  private static final long MULTIPLY_ADDS_PER_NS = 8;

  private ShortWork() {}

  /** Returns what one round of a layer with a protocol may take for one image. */
  static long roundNs(PlanLayer layer, LayerCost cost) {
    long rounds = Math.max(1, cost.rounds());
    long words =
        (cost.onlineBytesPerDirection() + cost.offlineBytes()) / Integer.BYTES
            + layer.outputShape().elementCount();
    return words / rounds * WORD_NS + cost.multiplyAdds() / MULTIPLY_ADDS_PER_NS;
  }

  /** Returns what a layer without messages may take for one image. */
  static long localNs(LocalLayer layer) {
    long words = layer.outputShape().elementCount();
    for (int port = 0; port < layer.inputs().size(); port++) {
      Shape input = layer.inputShape(port);
      words += input.elementCount();
    }
    return words * WORD_NS;
  }
}
