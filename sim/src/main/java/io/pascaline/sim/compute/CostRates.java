// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

import io.pascaline.layers.plan.NetworkPlan;
import java.util.ArrayList;
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

  /** The name of what every task takes beside its work. */
  public static final String TASK = "task";

  /** The name of what every message takes beside its bytes and the link. */
  public static final String MESSAGE = "message";

  /** The name of what every byte of a message takes beside the link. */
  public static final String BYTE = "message-byte";

  /** The name of the time until a further core is of use to a task that runs. */
  public static final String HELP = "help-delay";

  /** A rate is below this many nanoseconds. */
  public static final double MAX_RATE = 1e9;

  /**
   * Rates of one core of a 2-core virtual machine (x86-64, JDK 17), from calibrations without other
   * load: with ResNet-18 and ResNet-20, trees with ResNet-20, exact ReLU and maxima with a small
   * network of both. For traces that are the same everywhere, not for absolute times: calibrate for
   * those.
   */
  public static final CostRates SHIPPED = shipped();

  /** Checks that every rate is there and sound. */
  public CostRates {
    unitNs = Map.copyOf(unitNs);
    for (String name : names()) {
      Double rate = unitNs.get(name);
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
    List<String> names = new ArrayList<>(LayerKind.keys());
    names.addAll(List.of(TASK, MESSAGE, BYTE, HELP));
    return List.copyOf(names);
  }

  /** Returns the same work, handed on at other rates. */
  public CostRates withHandOver(HandOver other) {
    Map<String, Double> rates = new HashMap<>(unitNs);
    rates.put(TASK, other.taskNs());
    rates.put(MESSAGE, other.messageNs());
    rates.put(BYTE, other.byteNs());
    rates.put(HELP, other.helpDelayNs());
    return new CostRates(rates, other.parallelEfficiency(), origin);
  }

  /** Nanoseconds per task, as {@link CostModel#taskNs}. */
  long taskNs() {
    return Math.round(unitNs.get(TASK));
  }

  /** Nanoseconds until help begins, as {@link CostModel#helpDelayNs}. */
  long helpDelayNs() {
    return Math.round(unitNs.get(HELP));
  }

  /** Nanoseconds per message, as {@link CostModel#messageNs}. */
  long messageNs(long frameBytes) {
    return Math.round(unitNs.get(MESSAGE) + frameBytes * unitNs.get(BYTE));
  }

  private static CostRates shipped() {
    Map<String, Double> rates = new HashMap<>();
    String[] setup = {"dealer-setup", "mask-weights", "pack-weights"};
    put(rates, "linear", setup, 8.2, 2.3, 13);
    put(rates, "linear64", setup, 4.2, 3.1, 5.8);
    String[] steps = {"deal", "prepare", "open", "round"};
    put(rates, "linear", steps, 0.055, 0.051, 1.5, 0.05);
    put(rates, "linear64", steps, 0.18, 0.16, 1.5, 0.14);
    put(rates, "fused", steps, 2.5, 0.25, 1.5, 1.1);
    put(rates, "harmonic", steps, 3.0, 0.25, 1.5, 1.5);
    put(rates, "product", steps, 1.5, 0.5, 1.5, 0.5);
    put(rates, "honeybadger", steps, 2.5, 1.4, 2.6, 1.8);
    put(rates, "espn", steps, 2.5, 1.2, 2.7, 1.9);
    put(rates, "tree", steps, 2.3, 1.1, 2.6, 1.8);
    put(rates, "relu", steps, 2.7, 1.1, 5.2, 3.9);
    put(rates, "max-pool", steps, 3.2, 1.3, 11, 4.1);
    rates.put("local.local", 0.66);
    rates.put(TASK, 12_000.0);
    rates.put(MESSAGE, 45_000.0);
    rates.put(BYTE, 0.46);
    rates.put(HELP, 0.0);
    return new CostRates(rates, 0.75, "fixed rates that come with the program");
  }

  private static void put(
      Map<String, Double> rates, String layer, String[] works, double... unitNs) {
    for (int i = 0; i < works.length; i++) {
      rates.put(layer + "." + works[i], unitNs[i]);
    }
  }

  /** Returns the cost model that these rates make of a plan. */
  public CostModel over(NetworkPlan plan) {
    return new RateCosts(this, plan);
  }

  /** One line per rate, as files have them. */
  public String toFile() {
    StringBuilder text = new StringBuilder("# nanoseconds per unit of work on one core\n");
    for (String name : names()) {
      text.append(String.format(Locale.ROOT, "%s = %.6g%n", name, unitNs.get(name)));
    }
    return text.append(String.format(Locale.ROOT, "%s = %.6g%n", EFFICIENCY, parallelEfficiency))
        .toString();
  }
}
