// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.XYStyler;

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

  /** Names stand above their markers by this many percentage points. */
  private static final double NAME_DISTANCE = 0.35;

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
      Figure.write(of(rows, link), table, "accuracy-" + link);
    }
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
    Figure.requireMarkers("activations", series.keySet());
    series.forEach(
        (name, points) ->
            Figure.add(
                chart,
                name,
                points.stream().map(row -> row.latencies().get(link)).toList(),
                points.stream().map(Row::percent).toList()));
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
    Figure.style(styler);
    styler
        .setXAxisLogarithmic(true)
        .setXAxisMin(Math.pow(10, Math.floor(Math.log10(ms.getMin()))))
        .setXAxisMax(Math.pow(10, Math.ceil(Math.log10(ms.getMax()))))
        .setYAxisMin(Math.floor(percent.getMin()) - 1)
        .setYAxisMax(Math.ceil(percent.getMax()) + 1)
        .setXAxisTickLabelsFormattingFunction(Figure::number);
  }
}
