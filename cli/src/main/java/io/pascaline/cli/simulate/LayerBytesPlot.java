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

  static CategoryChart of(final SimModel model, final List<SimRun> runs) {
    final List<Map<String, Long>> series = new ArrayList<>();
    // Layers differ between activations: a maximum for one is an average for another.
    final Map<String, Long> all = new LinkedHashMap<>();
    for (final SimRun run : runs) {
      final Map<String, Long> bytes = new LinkedHashMap<>();
      for (final LayerTraffic layer : run.result().layerTraffic()) {
        if (layer.onlineBytes() > 0) {
          bytes.put(layer.name(), layer.onlineBytes());
        }
      }
      series.add(bytes);
      all.putAll(bytes);
    }
    final List<String> labels = new ArrayList<>();
    for (final String name : all.keySet()) {
      labels.add(labels.size() + " " + shortened(name));
    }
    final CategoryChart chart = chart(model, labels.size() * (runs.size() + 1));
    for (int i = 0; i < runs.size(); i++) {
      final Map<String, Long> bytes = series.get(i);
      chart.addSeries(
          runs.get(i).activation().label(),
          labels,
          all.keySet().stream().map(name -> bytes.getOrDefault(name, 0L) / KILO).toList());
    }
    return chart;
  }

  private static CategoryChart chart(final SimModel model, final int bars) {
    final int width =
        Math.min(MAX_WIDTH, Math.max(ChartLook.WIDTH, FRAME_WIDTH + bars * BAR_WIDTH));
    final CategoryChart chart =
        ChartLook.of(
            new CategoryChartBuilder()
                .width(width)
                .height(ChartLook.HEIGHT)
                .title("Online bytes of each party by layer, " + model.name())
                .xAxisTitle("layers that send anything, in order")
                .yAxisTitle("kB")
                .build());
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
    chart.getStyler().setXAxisLabelRotation(90);
    return chart;
  }

  private static String shortened(final String name) {
    return name.length() <= MAX_NAME ? name : "…" + name.substring(name.length() - MAX_NAME + 1);
  }
}
