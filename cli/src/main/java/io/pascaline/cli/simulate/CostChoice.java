// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.actors.settings.StrictConfig;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.sim.SimulatedInference;
import io.pascaline.sim.compute.CostModel;
import io.pascaline.sim.compute.CostRates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Where the times of computation come from. */
final class CostChoice {
  static final String FIXED = "fixed";
  private static final String CALIBRATED = "calibrated";
  private static final String MEASURED = "measured";
  private static final String NONE = "none";
  private static final long CALIBRATION_BUDGET_MS = 5_000;

  private CostChoice() {}

  private static String allowed() {
    return String.join(", ", FIXED, CALIBRATED, MEASURED, NONE) + " or a file of rates";
  }

  /**
   * Checks a choice.
   *
   * @throws IllegalArgumentException naming what is allowed
   */
  static String check(String text) {
    boolean known = List.of(FIXED, CALIBRATED, MEASURED, NONE).contains(text);
    if (!known && !Files.isRegularFile(Path.of(text))) {
      throw new IllegalArgumentException("'" + text + "' must be " + allowed() + " that is there");
    }
    return text;
  }

  /**
   * Makes the cost model of a network.
   *
   * @param choice a checked choice
   * @param notes told what was found, in lines
   */
  static Function<NetworkPlan, CostModel> of(
      String choice, CompiledNetwork network, List<float[]> inputs, Consumer<String> notes) {
    switch (choice) {
      case FIXED:
        return CostRates.SHIPPED::over;
      case MEASURED:
        return plan -> CostModel.measured();
      case NONE:
        return plan -> CostModel.free();
      case CALIBRATED:
        CostRates found = SimulatedInference.calibrate(network, inputs, CALIBRATION_BUDGET_MS);
        notes.accept(found.toFile());
        return found::over;
      default:
        return fromFile(Path.of(choice))::over;
    }
  }

  private static CostRates fromFile(Path file) {
    Set<String> keys = new HashSet<>(CostRates.names());
    keys.add(CostRates.EFFICIENCY);
    StrictConfig config = StrictConfig.read(file, keys);
    Map<String, Double> rates = new HashMap<>(CostRates.SHIPPED.unitNs());
    for (String name : CostRates.names()) {
      if (config.has(name)) {
        rates.put(name, number(config, name, CostRates.MAX_RATE));
      }
    }
    double efficiency =
        config.has(CostRates.EFFICIENCY)
            ? number(config, CostRates.EFFICIENCY, 1)
            : CostRates.SHIPPED.parallelEfficiency();
    return new CostRates(rates, efficiency, "fixed rates of " + file);
  }

  private static double number(StrictConfig config, String key, double max) {
    try {
      return Parsers.decimal(0, max).apply(config.text(key));
    } catch (IllegalArgumentException refused) {
      throw new CommandFault(
          config.place(key) + ": " + key + " " + refused.getMessage(), "correct it", refused);
    }
  }
}
