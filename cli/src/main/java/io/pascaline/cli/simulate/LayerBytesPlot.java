// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.sim.trace.LayerTraffic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;

/** Online bytes of each layer that sends any, one bar for each activation. */
final class LayerBytesPlot {
  private static final int BAR_WIDTH = 5;
  private static final int FRAME_WIDTH = 120;
  private static final int MAX_WIDTH = 6_000;
  private static final int MAX_NAME = 20;
  private static final double KILO = 1e3;

  private LayerBytesPlot() {}

  static CategoryChart of(SimModel model, List<SimRun> runs) {
    List<Map<String, Long>> series = new ArrayList<>();
    // Layers differ between activations: a maximum for one is an average for another.
    Map<String, Long> all = new LinkedHashMap<>();
    for (SimRun run : runs) {
      Map<String, Long> bytes = new LinkedHashMap<>();
      for (LayerTraffic layer : run.result().layerTraffic()) {
        if (layer.online().larger() > 0) {
          bytes.put(layer.name(), layer.online().larger());
        }
      }
      series.add(bytes);
      all.putAll(bytes);
    }
    List<String> labels = new ArrayList<>();
    for (String name : all.keySet()) {
      labels.add(labels.size() + " " + shortened(name));
    }
    CategoryChart chart = chart(model, labels.size() * (runs.size() + 1));
    for (int i = 0; i < runs.size(); i++) {
      Map<String, Long> bytes = series.get(i);
      chart.addSeries(
          runs.get(i).label(),
          labels,
          all.keySet().stream().map(name -> bytes.getOrDefault(name, 0L) / KILO).toList());
    }
    return chart;
  }

  private static CategoryChart chart(SimModel model, int bars) {
    int width = Math.min(MAX_WIDTH, Math.max(ChartLook.WIDTH, FRAME_WIDTH + bars * BAR_WIDTH));
    CategoryChart chart =
        ChartLook.of(
            new CategoryChartBuilder()
                .width(width)
                .height(ChartLook.HEIGHT)
                .title("Online bytes of a party by layer, " + model.name())
                .xAxisTitle("layers that send anything, in order")
                .yAxisTitle("kB")
                .build());
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
    chart.getStyler().setXAxisLabelRotation(90);
    return chart;
  }

  private static String shortened(String name) {
    return name.length() <= MAX_NAME ? name : "…" + name.substring(name.length() - MAX_NAME + 1);
  }
}
