package io.pascaline.sim.compute;

import io.pascaline.layers.plan.NetworkPlan;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Times per unit of work on one core. Immutable.
 *
 * @param unitNs nanoseconds per unit by name; names are those of {@link #names}
 * @param parallelEfficiency how much of a second core's work comes in useful, from 0 to 1
 * @param origin where the numbers come from, for reports
 */
public record CostRates(Map<String, Double> unitNs, double parallelEfficiency, String origin) {
  /** The name of the parallel efficiency in files. */
  public static final String EFFICIENCY = "parallel-efficiency";

  /** A rate is below this many nanoseconds. */
  public static final double MAX_RATE = 1e9;

  /**
   * Rates of one core of a 2-core virtual machine (x86-64 with AVX2, JDK 17); for traces that are
   * the same everywhere.
   */
  public static final CostRates SHIPPED = shipped();

  /** Checks that every rate is there and sound. */
  public CostRates {
    unitNs = Map.copyOf(unitNs);
    for (final String name : names()) {
      final Double rate = unitNs.get(name);
      if (rate == null || !(rate >= 0 && rate < MAX_RATE)) {
        throw new IllegalArgumentException(
            name + " must be a time per unit from 0 to " + MAX_RATE + " ns: " + rate);
      }
    }
    if (!(parallelEfficiency >= 0 && parallelEfficiency <= 1)) {
      throw new IllegalArgumentException(
          EFFICIENCY + " must be from 0 to 1: " + parallelEfficiency);
    }
  }

  /** Names of all rates. */
  public static List<String> names() {
    return LayerKind.keys();
  }

  private static CostRates shipped() {
    final Map<String, Double> rates = new HashMap<>();
    rates.put("linear.dealer-setup", 8.0);
    rates.put("linear.mask-weights", 3.0);
    rates.put("linear.pack-weights", 8.0);
    rates.put("linear.deal", 0.06);
    rates.put("linear.prepare", 0.06);
    rates.put("linear.exchange", 0.05);
    rates.put("fused.deal", 2.0);
    rates.put("fused.prepare", 1.0);
    rates.put("fused.exchange", 0.5);
    rates.put("local.local", 1.0);
    return new CostRates(rates, 0.8, "fixed rates that come with the program");
  }

  /** The cost model that these rates make of a plan. */
  public CostModel over(final NetworkPlan plan) {
    return new RateCosts(this, plan);
  }

  /** One line per rate, as files have them. */
  public String toFile() {
    final StringBuilder text = new StringBuilder("# nanoseconds per unit of work on one core\n");
    for (final String name : names()) {
      text.append(String.format(Locale.ROOT, "%s = %.6g%n", name, unitNs.get(name)));
    }
    return text.append(String.format(Locale.ROOT, "%s = %.6g%n", EFFICIENCY, parallelEfficiency))
        .toString();
  }
}
