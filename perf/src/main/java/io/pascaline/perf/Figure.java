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
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * What the figures of the documentation have in common. Series differ by the form of their marker,
 * so that a figure can be read without colours.
 */
final class Figure {
  private static final int MARKER_SIZE = 11;

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

  private Figure() {}

  /**
   * Checks that there is a marker for each series.
   *
   * @throws IllegalArgumentException if there are more series than markers
   */
  static void requireMarkers(String what, Collection<String> series) {
    if (series.size() > MARKERS.length) {
      throw new IllegalArgumentException(
          what + " must be at most " + MARKERS.length + ": " + series);
    }
  }

  /** Adds a series with the next marker. */
  static void add(XYChart chart, String name, List<Double> across, List<Double> up) {
    int index = chart.getSeriesCollection().size();
    XYSeries series = chart.addSeries(name, across, up);
    series.setMarker(MARKERS[index]);
    series.setMarkerColor(COLOURS[index]);
  }

  /** Sets what all figures look like. */
  static void style(XYStyler styler) {
    styler.setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    styler.setMarkerSize(MARKER_SIZE);
    styler.setPlotGridLinesColor(new Color(220, 220, 220));
    styler
        .setLegendPosition(Styler.LegendPosition.OutsideE)
        .setLegendBorderColor(Color.WHITE)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBackgroundColor(Color.WHITE)
        .setAnnotationTextFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
  }

  /** Returns a number of three digits at most, without zeros at the end. */
  static String number(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  /**
   * Writes a figure beside its table as PNG and SVG, and prints the names of the files.
   *
   * @param name of the files, without its ending
   * @throws IOException if one cannot be written
   */
  static void write(XYChart chart, Path table, String name) throws IOException {
    for (String format : List.of("PNG", "SVG")) {
      Path file = table.resolveSibling(name + "." + format.toLowerCase(Locale.ROOT));
      Files.write(file, encoded(chart, format));
      System.out.println(file.normalize());
    }
  }

  /** Encodes a figure. SVG coordinates are truncated to two decimals, which halves the file. */
  private static byte[] encoded(XYChart chart, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ChartEncoder.saveChart(chart, out, format);
    return format.equals("SVG")
        ? out.toString(StandardCharsets.UTF_8)
            .replaceAll("(\\.\\d\\d)\\d+", "$1")
            .getBytes(StandardCharsets.UTF_8)
        : out.toByteArray();
  }
}
