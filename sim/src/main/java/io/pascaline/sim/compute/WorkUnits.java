// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

import io.pascaline.actors.compute.Work;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.WeightedLayer;
import java.util.List;

/** How much work there is in a plan's tasks, in the units of {@link LayerKind}. Immutable. */
final class WorkUnits {
  /** Drawing, adding and moving a word takes about as long as this many multiply-adds. */
  private static final long MULTIPLY_ADDS_PER_WORD = 16;

  private final List<PlanLayer> layers;
  private final List<LayerCost> costs;

  /** Words of weights, by layer id. */
  private final List<Long> weights;

  private final long allWeights;
  private final LayerKind weightedKind;

  WorkUnits(NetworkPlan plan) {
    layers = plan.layers();
    costs = plan.costs().layers();
    weights = layers.stream().map(layer -> weights(plan, layer)).toList();
    allWeights = weights.stream().mapToLong(Long::longValue).sum();
    weightedKind =
        layers.stream()
            .filter(layer -> weights.get(layer.id()) > 0)
            .findFirst()
            .map(LayerKind::of)
            .orElse(LayerKind.LINEAR);
  }

  /** Returns the name of the rate that a task goes by. */
  String key(Work work) {
    LayerKind kind =
        work.layer() == Work.ALL_LAYERS ? weightedKind : LayerKind.of(layers.get(work.layer()));
    return kind.key(work.kind());
  }

  /** Units of a task, at least 1; of one for several images, as many times what one takes. */
  long of(Work work) {
    return work.imageCount() * ofOne(work);
  }

  private long ofOne(Work work) {
    if (work.layer() == Work.ALL_LAYERS) {
      return Math.max(1, allWeights);
    }
    PlanLayer layer = layers.get(work.layer());
    LayerCost cost = costs.get(work.layer());
    return Math.max(
        1,
        switch (work.kind()) {
          case DEALER_SETUP, MASK_WEIGHTS, PACK_WEIGHTS -> weights.get(work.layer());
          case LOCAL -> words(layer);
          case OPEN ->
              Math.max(cost.onlineBytesPerDirection(), cost.advanceBytes())
                  / Integer.BYTES
                  / Math.max(1, cost.rounds());
          case DEAL, PREPARE -> units(layer, cost);
          case ROUND -> units(layer, cost) / Math.max(1, cost.rounds());
        });
  }

  private static long units(PlanLayer layer, LayerCost cost) {
    return cost.multiplyAdds() > 0
        ? cost.multiplyAdds() + MULTIPLY_ADDS_PER_WORD * words(layer)
        : (cost.offlineBytes() + cost.onlineBytesPerDirection()) / Integer.BYTES;
  }

  private static long words(PlanLayer layer) {
    return (long) layer.inputShape().elementCount() + layer.outputShape().elementCount();
  }

  private static long weights(NetworkPlan plan, PlanLayer layer) {
    return layer instanceof WeightedLayer weighted
        ? plan.ring().wordCount(weighted.map().weightShape())
        : 0;
  }
}
