package io.pascaline.sim.compute;

import io.pascaline.actors.compute.Work;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.LinearLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import java.util.List;

/** How much work there is in a plan's tasks, in the units of {@link RateName}. Immutable. */
final class WorkUnits {
  /** Drawing, adding and moving a word takes about as long as this many multiply-adds. */
  private static final long MULTIPLY_ADDS_PER_WORD = 16;

  private final List<PlanLayer> layers;
  private final List<LayerCost> costs;
  private final long allWeights;

  WorkUnits(final NetworkPlan plan) {
    layers = plan.layers();
    costs = plan.costs().layers();
    allWeights =
        layers.stream()
            .filter(LinearLayer.class::isInstance)
            .mapToLong(layer -> weights((LinearLayer) layer))
            .sum();
  }

  RateName rate(final Work work) {
    return RateName.of(work, work.layer() == Work.ALL_LAYERS ? null : layers.get(work.layer()));
  }

  /** Units of a task, at least 1. */
  long of(final Work work) {
    if (work.layer() == Work.ALL_LAYERS) {
      return Math.max(1, allWeights);
    }
    final PlanLayer layer = layers.get(work.layer());
    final long words = layer.inputShape().elementCount() + layer.outputShape().elementCount();
    final long units =
        switch (rate(work)) {
          case DEALER_SETUP, MASK_WEIGHTS, PACK_WEIGHTS -> weights((LinearLayer) layer);
          case LINEAR_DEAL, LINEAR_PREPARE, LINEAR_EXCHANGE ->
              costs.get(work.layer()).multiplyAdds() + MULTIPLY_ADDS_PER_WORD * words;
          case ACTIVATION_DEAL, ACTIVATION_PREPARE -> activationWords(work.layer());
          case ACTIVATION_EXCHANGE ->
              activationWords(work.layer()) / Math.max(1, costs.get(work.layer()).exchanges());
          case LOCAL -> words;
        };
    return Math.max(1, units);
  }

  private long activationWords(final int layer) {
    final LayerCost cost = costs.get(layer);
    return (cost.offlineBytes() + cost.onlineBytesPerDirection()) / Integer.BYTES;
  }

  private static long weights(final LinearLayer layer) {
    return layer.map().weightShape().elementCount();
  }
}
