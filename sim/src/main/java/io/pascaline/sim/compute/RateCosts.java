package io.pascaline.sim.compute;

import io.pascaline.actors.compute.Work;
import io.pascaline.layers.plan.NetworkPlan;

/** Time is units times rate. Immutable. */
final class RateCosts implements CostModel {
  private final CostRates rates;
  private final WorkUnits units;

  RateCosts(final CostRates rates, final NetworkPlan plan) {
    this.rates = rates;
    this.units = new WorkUnits(plan);
  }

  @Override
  public long serialNs(final Work work, final long measuredNs) {
    return Math.round(rates.unitNs().get(units.key(work)) * units.of(work));
  }

  @Override
  public long taskNs() {
    return rates.taskNs();
  }

  @Override
  public long messageNs(final long frameBytes) {
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
