// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.sim.network.LinkProfile;
import io.pascaline.sim.network.Quantities;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/** Inference time against what a sweep varies. */
final class TimePlots {
  private static final double MEGA = 1e6;
  private static final double MS_PER_SECOND = 1e3;

  private TimePlots() {}

  /** Against the round trip, one line for each activation and bandwidth. */
  static XYChart againstRtt(SimModel model, List<SimRun> runs) {
    boolean many = runs.stream().map(run -> run.parties().bitsPerSecond()).distinct().count() > 1;
    XYChart chart = chart(model, "round-trip time between the parties, ms");
    addLines(
        chart,
        runs,
        run ->
            run.label() + (many ? ", " + Quantities.bandwidth(run.parties().bitsPerSecond()) : ""),
        SimRun::rttMs);
    return chart;
  }

  /** Against the bandwidth, both axes by powers of ten, one line for each activation and RTT. */
  static XYChart againstBandwidth(SimModel model, List<SimRun> runs) {
    boolean many = runs.stream().map(SimRun::rttMs).distinct().count() > 1;
    XYChart chart = chart(model, "bandwidth between the parties, Mbit/s");
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setYAxisMin(null);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
    addLines(
        chart,
        runs.stream()
            .filter(run -> run.parties().bitsPerSecond() != LinkProfile.UNLIMITED)
            .toList(),
        run -> run.label() + (many ? ", " + Quantities.time(run.parties().rttNs()) : ""),
        run -> run.parties().bitsPerSecond() / MEGA);
    return chart;
  }

  private static XYChart chart(SimModel model, String across) {
    XYChart chart =
        ChartLook.of(
            new XYChartBuilder()
                .width(ChartLook.WIDTH)
                .height(ChartLook.HEIGHT)
                .title("Inference time of " + model.name())
                .xAxisTitle(across)
                .yAxisTitle("virtual time, s")
                .build());
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
    return chart;
  }

  private static void addLines(
      XYChart chart,
      List<SimRun> runs,
      Function<SimRun, String> name,
      ToDoubleFunction<SimRun> across) {
    Map<String, List<SimRun>> series = new LinkedHashMap<>();
    for (SimRun run : runs) {
      series.computeIfAbsent(name.apply(run), key -> new ArrayList<>()).add(run);
    }
    series.forEach(
        (label, points) -> {
          List<SimRun> sorted = points.stream().sorted(Comparator.comparingDouble(across)).toList();
          chart.addSeries(
              label,
              sorted.stream().mapToDouble(across).toArray(),
              sorted.stream().mapToDouble(run -> run.latencyMs() / MS_PER_SECOND).toArray());
        });
  }
}
