package io.pascaline.sim.compute;

import io.pascaline.layers.plan.NetworkPlan;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Times per unit of work on one core. Immutable.
 *
 * @param unitNs nanoseconds per unit, one for every {@link RateName}
 * @param parallelEfficiency how much of a second core's work comes in useful, from 0 to 1
 * @param origin where the numbers come from, for reports
 */
public record CostRates(Map<RateName, Double> unitNs, double parallelEfficiency, String origin) {
  /**
   * Rates of one core of a 2-core virtual machine (x86-64 with AVX2, JDK 17), measured with the
   * convolutional and residual networks of the test suite; for traces that are the same everywhere.
   */
  public static final CostRates SHIPPED = shipped();

  /** Checks that every rate is there and sound. */
  public CostRates {
    unitNs = Map.copyOf(unitNs);
    for (final RateName name : RateName.values()) {
      final Double rate = unitNs.get(name);
      if (rate == null || !(rate >= 0 && rate < 1e9)) {
        throw new IllegalArgumentException(
            name.key() + " must be a time per unit from 0 to 1e9 ns: " + rate);
      }
    }
    if (!(parallelEfficiency >= 0 && parallelEfficiency <= 1)) {
      throw new IllegalArgumentException(
          "parallel-efficiency must be from 0 to 1: " + parallelEfficiency);
    }
  }

  private static CostRates shipped() {
    final Map<RateName, Double> rates = new EnumMap<>(RateName.class);
    rates.put(RateName.DEALER_SETUP, 8.0);
    rates.put(RateName.MASK_WEIGHTS, 3.0);
    rates.put(RateName.PACK_WEIGHTS, 8.0);
    rates.put(RateName.LINEAR_DEAL, 0.06);
    rates.put(RateName.LINEAR_PREPARE, 0.06);
    rates.put(RateName.LINEAR_EXCHANGE, 0.05);
    rates.put(RateName.ACTIVATION_DEAL, 2.0);
    rates.put(RateName.ACTIVATION_PREPARE, 1.0);
    rates.put(RateName.ACTIVATION_EXCHANGE, 0.5);
    rates.put(RateName.LOCAL, 1.0);
    return new CostRates(rates, 0.8, "fixed: the rates that come with the program");
  }

  /** The cost model that these rates make of a plan. */
  public CostModel over(final NetworkPlan plan) {
    return new RateCosts(this, plan);
  }

  /** One line per rate, as files have them. */
  public String toFile() {
    final StringBuilder text = new StringBuilder();
    for (final RateName name : RateName.values()) {
      text.append(String.format(Locale.ROOT, "%s = %.6g%n", name.key(), unitNs.get(name)));
    }
    return text.append(
            String.format(Locale.ROOT, "parallel-efficiency = %.6g%n", parallelEfficiency))
        .toString();
  }
}
