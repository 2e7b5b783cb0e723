// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import java.awt.Color;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;

/** What all plots look like. */
final class ChartLook {
  static final int WIDTH = 1000;
  static final int HEIGHT = 620;

  /** Told apart by people who see few colours, too (Okabe and Ito's palette). */
  static final Color[] COLOURS = {
    new Color(0, 114, 178),
    new Color(230, 159, 0),
    new Color(0, 158, 115),
    new Color(204, 121, 167),
    new Color(213, 94, 0),
    new Color(86, 180, 233),
    new Color(90, 90, 90),
  };

  private ChartLook() {}

  static <C extends Chart<? extends AxesChartStyler, ?>> C of(C chart) {
    AxesChartStyler styler = chart.getStyler();
    styler.setPlotGridLinesColor(new Color(220, 220, 220));
    styler
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBackgroundColor(Color.WHITE)
        .setLegendBorderColor(Color.WHITE)
        .setSeriesColors(COLOURS);
    return chart;
  }
}
