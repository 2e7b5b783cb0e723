// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import io.pascaline.cli.output.PlotFile;
import io.pascaline.layers.approximate.ApproximatedNetwork;
import io.pascaline.layers.approximate.LayerApproximation;
import io.pascaline.layers.graph.ScalarFunction;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A chart for each approximated layer: the function, its approximation and the histogram of its
 * calibration inputs, for the channel with the widest range. All charts are in one picture.
 */
public final class ApproximationPlot {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 320;
  private static final int MAX_COLUMNS = 4;
  private static final int POINTS = 401;
  private static final int BINS = 100;

  /** How far beyond the calibrated range the curves go. */
  private static final double BEYOND = 1.25;

  private ApproximationPlot() {}

  /**
   * Draws.
   *
   * @param network with at least one approximation
   * @param file where to
   */
  public static void write(ApproximatedNetwork network, PlotFile file) {
    List<XYChart> charts = network.layers().stream().map(ApproximationPlot::chart).toList();
    int columns = Math.min(MAX_COLUMNS, charts.size());
    int width = columns * WIDTH;
    int height = (charts.size() + columns - 1) / columns * HEIGHT;
    file.write(
        (out, svg) -> {
          if (svg) {
            VectorGraphics2D graphics = new VectorGraphics2D();
            paint(charts, columns, graphics);
            Processors.get("svg")
                .getDocument(graphics.getCommands(), new PageSize(0, 0, width, height))
                .writeTo(out);
          } else {
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = image.createGraphics();
            paint(charts, columns, graphics);
            graphics.dispose();
            ImageIO.write(image, "png", out);
          }
        });
  }

  private static void paint(List<XYChart> charts, int columns, Graphics2D graphics) {
    for (int i = 0; i < charts.size(); i++) {
      Graphics2D part = (Graphics2D) graphics.create();
      part.translate(i % columns * WIDTH, i / columns * HEIGHT);
      charts.get(i).paint(part, WIDTH, HEIGHT);
      part.dispose();
    }
  }

  private static XYChart chart(LayerApproximation layer) {
    int channel = widest(layer);
    double range = Math.max(layer.histogram().largest(channel), Double.MIN_NORMAL);
    ScalarFunction function = layer.functions().get(layer.functions().size() == 1 ? 0 : channel);
    int fitted = layer.node().function().channelCount() == 1 ? 0 : channel;
    double[] x = new double[POINTS];
    double[] truth = new double[POINTS];
    double[] approximation = new double[POINTS];
    double top = Double.MIN_NORMAL;
    for (int i = 0; i < POINTS; i++) {
      x[i] = BEYOND * range * (2.0 * i / (POINTS - 1) - 1);
      truth[i] = function.value(x[i]);
      approximation[i] = layer.node().function().value(fitted, x[i], layer.node().period());
      top = Math.max(top, approximation[i]);
    }
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                String.format(
                    Locale.ROOT,
                    "%s: %d harmonics, mean error %.2g",
                    layer.layer(),
                    layer.harmonicCount(),
                    layer.rmsError()))
            .build();
    chart
        .getStyler()
        .setChartBackgroundColor(Color.WHITE)
        .setLegendPosition(Styler.LegendPosition.InsideNW);
    addHistogram(chart, layer.histogram().density(channel, range, BINS), range, top);
    chart.addSeries("function", x, truth).setMarker(SeriesMarkers.NONE);
    chart.addSeries("approximation", x, approximation).setMarker(SeriesMarkers.NONE);
    return chart;
  }

  /** The most frequent inputs reach half as high as the function. */
  private static void addHistogram(XYChart chart, double[] density, double range, double top) {
    double max = Double.MIN_NORMAL;
    for (double share : density) {
      max = Math.max(max, share);
    }
    double[] x = new double[BINS];
    double[] y = new double[BINS];
    for (int i = 0; i < BINS; i++) {
      x[i] = range * ((2 * i + 1.0) / BINS - 1);
      y[i] = density[i] / max * top / 2;
    }
    XYSeries series = chart.addSeries("inputs", x, y);
    series.setMarker(SeriesMarkers.NONE);
    series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Area);
  }

  private static int widest(LayerApproximation layer) {
    int widest = 0;
    for (int channel = 1; channel < layer.histogram().channelCount(); channel++) {
      if (layer.histogram().largest(channel) > layer.histogram().largest(widest)) {
        widest = channel;
      }
    }
    return widest;
  }
}
