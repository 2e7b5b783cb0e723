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
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
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
 * Draws the accuracy of trained networks against their simulated private latency, one figure for
 * each link, from {@code docs/figures/accuracy.csv}. Series differ by the form of their marker.
 */
public final class AccuracyPlot {
  private static final Path TABLE = Path.of("..", "docs", "figures", "accuracy.csv");
  private static final List<String> HEADING =
      List.of(
          "data",
          "network",
          "activation",
          "percent",
          "images",
          "lan_ms",
          "wan_ms",
          "epochs",
          "seed",
          "source");
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
  private static final List<String> LINKS = List.of("lan", "wan");
  private static final int WIDTH = 1100;
  private static final int HEIGHT = 620;
  private static final int MARKER_SIZE = 11;

  /** Names stand above their markers by this many percentage points. */
  private static final double NAME_DISTANCE = 0.35;

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

  private AccuracyPlot() {}

  /**
   * A trained network.
   *
   * @param data what it was trained and tested on
   * @param network its name
   * @param activation and how it is computed; a series of the figure
   * @param percent of the test images that it classifies rightly
   * @param latencies in milliseconds, by link
   */
  record Row(
      String data,
      String network,
      String activation,
      double percent,
      Map<String, Double> latencies) {}

  /**
   * Reads the table of the documentation and writes {@code accuracy-lan} and {@code accuracy-wan}
   * beside it, as PNG and SVG.
   *
   * @param arguments another table, or nothing
   * @throws IOException if a file cannot be read or written
   * @throws IllegalArgumentException for a table that is none
   */
  public static void main(String[] arguments) throws IOException {
    System.setProperty("java.awt.headless", "true");
    Path table = arguments.length == 0 ? TABLE : Path.of(arguments[0]);
    List<Row> rows = read(table);
    for (String link : LINKS) {
      XYChart chart = of(rows, link);
      for (String format : List.of("PNG", "SVG")) {
        String name = "accuracy-" + link + "." + format.toLowerCase(Locale.ROOT);
        Path file = table.resolveSibling(name);
        Files.write(file, encoded(chart, format));
        System.out.println(file.normalize());
      }
    }
  }

  /** Hundredths of a pixel are enough in SVG. */
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
   * Reads a file.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException for another heading or a row that is no trained network
   */
  static List<Row> read(Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (CSVParser parser = FORMAT.parse(Files.newBufferedReader(file, StandardCharsets.UTF_8))) {
      if (!parser.getHeaderNames().equals(HEADING)) {
        throw new IllegalArgumentException(
            "heading must be " + HEADING + ": " + parser.getHeaderNames());
      }
      for (CSVRecord fields : parser) {
        Map<String, Double> latencies = new LinkedHashMap<>();
        for (String link : LINKS) {
          latencies.put(link, positive(fields, link + "_ms"));
        }
        rows.add(
            new Row(
                fields.get("data"),
                fields.get("network"),
                fields.get("activation"),
                positive(fields, "percent"),
                latencies));
      }
    }
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("no rows: " + file);
    }
    return rows;
  }

  private static double positive(CSVRecord fields, String column) {
    double value;
    try {
      value = Double.parseDouble(fields.get(column));
    } catch (NumberFormatException e) {
      value = Double.NaN;
    }
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "row %d: %s must be a positive number: %s"
              .formatted(fields.getRecordNumber(), column, fields.get(column)));
    }
    return value;
  }

  /**
   * Draws a table for one link.
   *
   * @throws IllegalArgumentException if there are more activations than markers
   */
  static XYChart of(List<Row> rows, String link) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Accuracy against simulated private latency, " + link)
            .xAxisTitle("milliseconds for one image, logarithmic")
            .yAxisTitle("test images classified rightly, %")
            .build();
    look(chart.getStyler(), rows, link);
    Map<String, List<Row>> series = new LinkedHashMap<>();
    rows.forEach(
        row -> series.computeIfAbsent(row.activation(), name -> new ArrayList<>()).add(row));
    if (series.size() > MARKERS.length) {
      throw new IllegalArgumentException(
          "activations must be at most " + MARKERS.length + ": " + series.keySet());
    }
    series.forEach(
        (name, points) -> {
          int index = chart.getSeriesCollection().size();
          XYSeries added =
              chart.addSeries(
                  name,
                  points.stream().mapToDouble(row -> row.latencies().get(link)).toArray(),
                  points.stream().mapToDouble(Row::percent).toArray());
          added.setMarker(MARKERS[index]);
          added.setMarkerColor(COLOURS[index]);
        });
    for (Row row : rows) {
      chart.addAnnotation(
          new AnnotationText(
              row.network() + ", " + row.data(),
              row.latencies().get(link),
              row.percent() + NAME_DISTANCE,
              false));
    }
    return chart;
  }

  private static void look(XYStyler styler, List<Row> rows, String link) {
    DoubleSummaryStatistics ms =
        rows.stream().mapToDouble(row -> row.latencies().get(link)).summaryStatistics();
    DoubleSummaryStatistics percent = rows.stream().mapToDouble(Row::percent).summaryStatistics();
    styler.setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    styler.setMarkerSize(MARKER_SIZE);
    styler
        .setXAxisLogarithmic(true)
        .setXAxisMin(Math.pow(10, Math.floor(Math.log10(ms.getMin()))))
        .setXAxisMax(Math.pow(10, Math.ceil(Math.log10(ms.getMax()))))
        .setYAxisMin(Math.floor(percent.getMin()) - 1)
        .setYAxisMax(Math.ceil(percent.getMax()) + 1)
        .setXAxisTickLabelsFormattingFunction(AccuracyPlot::number)
        .setPlotGridLinesColor(new Color(220, 220, 220));
    styler
        .setLegendPosition(Styler.LegendPosition.OutsideE)
        .setLegendBorderColor(Color.WHITE)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBackgroundColor(Color.WHITE)
        .setAnnotationTextFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
  }

  /** Three digits at most, without zeros at the end. */
  private static String number(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }
}
