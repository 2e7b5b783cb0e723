// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

import io.pascaline.actors.compute.Work;
import io.pascaline.layers.plan.NetworkPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures as {@link CostModel#measured} does and remembers; rates are made of the lower quartiles
 * of the later halves, so that neither what disturbs the machine nor warming up counts. For the
 * simulation's thread.
 */
final class WorkSamples implements CostModel {
  private final WorkUnits units;
  private final Map<Work, List<Long>> samplesNs = new LinkedHashMap<>();

  WorkSamples(NetworkPlan plan) {
    units = new WorkUnits(plan);
  }

  @Override
  public long serialNs(Work work, long measuredNs) {
    Work sameForAll = new Work(work.kind(), work.layer(), 0, work.round(), work.imageCount());
    samplesNs.computeIfAbsent(sameForAll, key -> new ArrayList<>()).add(measuredNs);
    return measuredNs;
  }

  /**
   * Rates from what was measured in the later half; a rate that nothing was measured for is taken
   * from elsewhere.
   */
  CostRates rates(CostRates otherwise, String origin) {
    Map<String, Double> totalNs = new HashMap<>();
    Map<String, Long> totalUnits = new HashMap<>();
    samplesNs.forEach(
        (work, samples) -> {
          String key = units.key(work);
          totalNs.merge(key, typicalNs(samples), Double::sum);
          totalUnits.merge(key, units.of(work), Long::sum);
        });
    Map<String, Double> rates = new HashMap<>(otherwise.unitNs());
    totalNs.forEach((key, ns) -> rates.put(key, ns / totalUnits.get(key)));
    return new CostRates(rates, otherwise.parallelEfficiency(), origin);
  }

  private static double typicalNs(List<Long> samples) {
    long[] all = samples.stream().mapToLong(Long::longValue).toArray();
    return CostCalibration.lowerQuartile(CostCalibration.laterHalf(all));
  }

  @Override
  public long taskNs() {
    return 0;
  }

  @Override
  public long messageNs(long frameBytes) {
    return 0;
  }

  @Override
  public double parallelEfficiency() {
    return 1;
  }

  @Override
  public long helpDelayNs() {
    return 0;
  }

  @Override
  public boolean reproducible() {
    return false;
  }

  @Override
  public String describe() {
    return "measured for calibration";
  }
}
