// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Draws latency against network, one marker for each system, from {@code docs/figures/latency.csv}.
 * Systems differ by the form of their marker, so the figure can be read without colours.
 */
public final class LatencyPlot {
  private static final Path TABLE = Path.of("..", "docs", "figures", "latency.csv");
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 640;
  private static final int MARKER_SIZE = 11;
  private static final double MS_PER_SECOND = 1_000;

  /** Distance between the systems of a network, where networks are 1 apart. */
  private static final double SYSTEM_DISTANCE = 0.13;

  /** Values stand above and below their markers in turn, by this part of a power of ten. */
  private static final double VALUE_DISTANCE = 0.15;

  /** Names of networks stand above the lower edge, by this part of a power of ten. */
  private static final double NAME_DISTANCE = 0.2;

  private static final Marker[] MARKERS = {
    SeriesMarkers.CIRCLE,
    SeriesMarkers.SQUARE,
    SeriesMarkers.DIAMOND,
    SeriesMarkers.TRIANGLE_UP,
    SeriesMarkers.TRIANGLE_DOWN,
    SeriesMarkers.CROSS,
    SeriesMarkers.PLUS,
  };

  /** Okabe and Ito's palette, dark enough to print. */
  private static final Color[] COLOURS = {
    Color.BLACK,
    new Color(0, 114, 178),
    new Color(0, 158, 115),
    new Color(213, 94, 0),
    new Color(204, 121, 167),
    new Color(150, 100, 0),
    new Color(90, 90, 90),
  };

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
    XYChart chart = of(LatencyTable.read(table));
    for (String format : List.of("PNG", "SVG")) {
      Path file = table.resolveSibling("latency." + format.toLowerCase(Locale.ROOT));
      Files.write(file, encoded(chart, format));
      System.out.println(file.normalize());
    }
  }

  /** Hundredths of a pixel are enough in SVG, whose letters are outlines: half of the bytes. */
  private static byte[] encoded(XYChart chart, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ChartEncoder.saveChart(chart, out, format);
    return format.equals("SVG")
        ? out.toString(StandardCharsets.UTF_8)
            .replaceAll("(\\.\\d\\d)\\d+", "$1")
            .getBytes(StandardCharsets.UTF_8)
        : out.toByteArray();
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
    if (bySystem.size() > MARKERS.length) {
      throw new IllegalArgumentException(
          "systems must be at most " + MARKERS.length + ": " + bySystem.keySet());
    }
    List<String> networks = List.copyOf(byNetwork.keySet());
    double leastMs = rows.stream().mapToDouble(LatencyTable.Row::milliseconds).min().orElseThrow();
    // Names need room below the lowest value.
    double edgeMs = Math.pow(10, Math.floor(Math.log10(leastMs) - 2 * NAME_DISTANCE));
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
    bySystem.forEach((system, points) -> points.addTo(chart, system));
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

    void addTo(XYChart chart, String system) {
      int index = chart.getSeriesCollection().size();
      XYSeries series = chart.addSeries(system, across, milliseconds);
      series.setMarker(MARKERS[index]);
      series.setMarkerColor(COLOURS[index]);
    }
  }

  private static XYChart chart(List<String> networks, List<LatencyTable.Row> rows, double leastMs) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Latency of one image (* beside other work or on another machine)")
            .xAxisTitle("network and size of its input")
            .yAxisTitle("milliseconds, logarithmic")
            .build();
    double mostMs = rows.stream().mapToDouble(LatencyTable.Row::milliseconds).max().orElseThrow();
    XYStyler styler = chart.getStyler();
    styler.setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    styler.setMarkerSize(MARKER_SIZE);
    styler
        .setYAxisLogarithmic(true)
        .setYAxisLogarithmicDecadeOnly(true)
        .setYAxisMin(leastMs)
        .setYAxisMax(Math.pow(10, Math.ceil(Math.log10(mostMs))))
        .setYAxisTickLabelsFormattingFunction(LatencyPlot::number)
        .setXAxisMin(0.5)
        .setXAxisMax(networks.size() + 0.5)
        .setXAxisTicksVisible(false)
        .setPlotGridVerticalLinesVisible(false)
        .setPlotGridLinesColor(new Color(220, 220, 220));
    styler
        .setLegendPosition(Styler.LegendPosition.OutsideE)
        .setLegendBorderColor(Color.WHITE)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBackgroundColor(Color.WHITE)
        .setAnnotationTextFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    return chart;
  }

  private static String text(LatencyTable.Row row) {
    String value =
        row.milliseconds() < MS_PER_SECOND
            ? number(row.milliseconds()) + " ms"
            : number(row.milliseconds() / MS_PER_SECOND) + " s";
    return row.conditions() == LatencyTable.Conditions.IDLE ? value : value + "*";
  }

  /** Three digits at most, without zeros at the end. */
  private static String number(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }
}
