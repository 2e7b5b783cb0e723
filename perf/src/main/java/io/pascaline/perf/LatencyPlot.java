// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.XYStyler;

/**
 * Draws latency against network, one marker for each system, from {@code docs/figures/latency.csv}.
 * Systems differ by the form of their marker, so the figure can be read without colours.
 */
public final class LatencyPlot {
  private static final Path TABLE = Path.of("..", "docs", "figures", "latency.csv");
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 640;
  private static final double MS_PER_SECOND = 1_000;

  /** Distance between the systems of a network, where networks are 1 apart. */
  private static final double SYSTEM_DISTANCE = 0.13;

  /** Values stand above and below their markers in turn, by this part of a power of ten. */
  private static final double VALUE_DISTANCE = 0.15;

  /** Names of networks stand above the lower edge, by this part of a power of ten. */
  private static final double NAME_DISTANCE = 0.2;

  private LatencyPlot() {}

  /**
   * Reads the table of the documentation and writes {@code latency.png} and {@code latency.svg}
   * beside it.
   *
   * @param arguments another table, or nothing
   * @throws IOException if a file cannot be read or written
   * @throws IllegalArgumentException for a table that is none
   */
  public static void main(String[] arguments) throws IOException {
    System.setProperty("java.awt.headless", "true");
    Path table = arguments.length == 0 ? TABLE : Path.of(arguments[0]);
    Figure.write(of(LatencyTable.read(table)), table, "latency");
  }

  /**
   * Draws a table.
   *
   * @param rows in the order in which networks and systems are to appear
   * @throws IllegalArgumentException if there are more systems than markers
   */
  static XYChart of(List<LatencyTable.Row> rows) {
    Map<String, List<LatencyTable.Row>> byNetwork = new LinkedHashMap<>();
    Map<String, Points> bySystem = new LinkedHashMap<>();
    for (LatencyTable.Row row : rows) {
      byNetwork.computeIfAbsent(row.network(), network -> new ArrayList<>()).add(row);
      bySystem.computeIfAbsent(row.system(), system -> new Points());
    }
    Figure.requireMarkers("systems", bySystem.keySet());
    List<String> networks = List.copyOf(byNetwork.keySet());
    double minMs = rows.stream().mapToDouble(LatencyTable.Row::milliseconds).min().orElseThrow();
    // Names need room below the lowest value.
    double edgeMs = Math.pow(10, Math.floor(Math.log10(minMs) - 2 * NAME_DISTANCE));
    XYChart chart = chart(networks, rows, edgeMs);
    for (int i = 0; i < networks.size(); i++) {
      double nameMs = edgeMs * Math.pow(10, NAME_DISTANCE);
      chart.addAnnotation(new AnnotationText(networks.get(i), i + 1, nameMs, false));
      List<LatencyTable.Row> shown = byNetwork.get(networks.get(i));
      for (int k = 0; k < shown.size(); k++) {
        LatencyTable.Row row = shown.get(k);
        double at = i + 1 + SYSTEM_DISTANCE * (k - (shown.size() - 1) / 2.0);
        bySystem.get(row.system()).add(at, row.milliseconds());
        double factor = Math.pow(10, k % 2 == 0 ? VALUE_DISTANCE : -VALUE_DISTANCE);
        chart.addAnnotation(new AnnotationText(text(row), at, row.milliseconds() * factor, false));
      }
    }
    bySystem.forEach(
        (system, points) -> Figure.add(chart, system, points.across, points.milliseconds));
    return chart;
  }

  /** The figures of one system. */
  private static final class Points {
    private final List<Double> across = new ArrayList<>();
    private final List<Double> milliseconds = new ArrayList<>();

    void add(double at, double value) {
      across.add(at);
      milliseconds.add(value);
    }
  }

  private static XYChart chart(List<String> networks, List<LatencyTable.Row> rows, double minMs) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Latency of one image (* beside other work or on another machine)")
            .xAxisTitle("network and size of its input")
            .yAxisTitle("milliseconds, logarithmic")
            .build();
    double maxMs = rows.stream().mapToDouble(LatencyTable.Row::milliseconds).max().orElseThrow();
    XYStyler styler = chart.getStyler();
    Figure.style(styler);
    styler
        .setYAxisLogarithmic(true)
        .setYAxisLogarithmicDecadeOnly(true)
        .setYAxisMin(minMs)
        .setYAxisMax(Math.pow(10, Math.ceil(Math.log10(maxMs))))
        .setYAxisTickLabelsFormattingFunction(Figure::number)
        .setXAxisMin(0.5)
        .setXAxisMax(networks.size() + 0.5)
        .setXAxisTicksVisible(false)
        .setPlotGridVerticalLinesVisible(false);
    return chart;
  }

  private static String text(LatencyTable.Row row) {
    String value =
        row.milliseconds() < MS_PER_SECOND
            ? Figure.number(row.milliseconds()) + " ms"
            : Figure.number(row.milliseconds() / MS_PER_SECOND) + " s";
    return row.conditions() == LatencyTable.Conditions.IDLE ? value : value + "*";
  }
}
