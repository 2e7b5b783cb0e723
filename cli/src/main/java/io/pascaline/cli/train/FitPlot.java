// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.output.PlotFile;
import io.pascaline.training.fit.FitError;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Function, polynomial and their difference, on the interval and a little beyond it. */
final class FitPlot {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 560;
  private static final int POINTS = 801;

  /** How far beyond the interval the curves go: there the polynomial escapes. */
  private static final double BEYOND = 1.2;

  private FitPlot() {}

  static void write(
      PlotFile file, DoubleUnaryOperator function, String label, double bound, FitRun.Row fit) {
    double[] x = new double[POINTS];
    double[] truth = new double[POINTS];
    double[] fitted = new double[POINTS];
    double[] error = new double[POINTS];
    for (int i = 0; i < POINTS; i++) {
      x[i] = BEYOND * bound * (2.0 * i / (POINTS - 1) - 1);
      truth[i] = function.applyAsDouble(x[i]);
      fitted[i] = FitError.value(fit.coefficients(), x[i]);
      error[i] = fitted[i] - truth[i];
    }
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                String.format(
                    Locale.ROOT,
                    "%s and its fit of degree %d, largest error %.3g within %s",
                    label,
                    fit.coefficients().length - 1,
                    fit.error().largest(),
                    bound))
            .xAxisTitle("x")
            .yAxisTitle("value")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
    chart.addSeries(label, x, truth).setMarker(SeriesMarkers.NONE);
    chart.addSeries("polynomial", x, fitted).setMarker(SeriesMarkers.NONE);
    chart.addSeries("difference", x, error).setMarker(SeriesMarkers.NONE);
    file.write((out, svg) -> ChartEncoder.saveChart(chart, out, svg ? "SVG" : "PNG"));
  }
}
