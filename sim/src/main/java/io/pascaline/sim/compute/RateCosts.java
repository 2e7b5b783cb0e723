// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

import io.pascaline.actors.compute.Work;
import io.pascaline.layers.plan.NetworkPlan;

/** Time is units times rate. Immutable. */
final class RateCosts implements CostModel {
  private final CostRates rates;
  private final WorkUnits units;

  RateCosts(CostRates rates, NetworkPlan plan) {
    this.rates = rates;
    this.units = new WorkUnits(plan);
  }

  @Override
  public long serialNs(Work work, long measuredNs) {
    return Math.round(rates.unitNs().get(units.key(work)) * units.of(work));
  }

  @Override
  public long taskNs() {
    return rates.taskNs();
  }

  @Override
  public long messageNs(long frameBytes) {
    return rates.messageNs(frameBytes);
  }

  @Override
  public double parallelEfficiency() {
    return rates.parallelEfficiency();
  }

  @Override
  public long helpDelayNs() {
    return rates.helpDelayNs();
  }

  @Override
  public boolean reproducible() {
    return true;
  }

  @Override
  public String describe() {
    return rates.origin();
  }
}
