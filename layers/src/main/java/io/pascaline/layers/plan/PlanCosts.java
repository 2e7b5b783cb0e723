// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What an inference under a plan costs, exactly, from the plan alone. Payload only: framing is the
 * transport's.
 *
 * @param layers one entry per layer, in order
 */
public record PlanCosts(List<LayerCost> layers) {

  /** Copies the list. */
  public PlanCosts {
    layers = List.copyOf(layers);
  }

  /** Returns the costs of a plan. */
  static PlanCosts of(NetworkPlan plan) {
    return new PlanCosts(plan.layers().stream().map(LayerCost::of).toList());
  }

  /** Openings of one inference. */
  public int rounds() {
    return Math.toIntExact(total(LayerCost::rounds));
  }

  /** Payload bytes from one party to the other, per inference. */
  public long onlineBytesPerDirection() {
    return total(LayerCost::onlineBytesPerDirection);
  }

  /** Payload bytes of corrections from the dealer to both parties together, per inference. */
  public long offlineBytes() {
    return total(LayerCost::offlineBytes);
  }

  /** Payload bytes of the weight opening from one party to the other, once per epoch. */
  public long setupBytesPerDirection() {
    return total(LayerCost::setupBytesPerDirection);
  }

  /** Multiply-adds of each party, online, per inference. */
  public long multiplyAdds() {
    return total(LayerCost::multiplyAdds);
  }

  /**
   * Returns the probability, at most, that some element of some layer is wrong in an inference,
   * because a share wrapped in a local truncation. 0 in the fused suite.
   */
  public double failureProbability() {
    return Math.min(1, layers.stream().mapToDouble(LayerCost::failureProbability).sum());
  }

  private long total(ToLongFunction<LayerCost> part) {
    return layers.stream().mapToLong(part).sum();
  }
}
