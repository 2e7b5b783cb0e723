// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.sim.SimulatedAnswer;
import io.pascaline.sim.network.Outage;
import io.pascaline.sim.trace.TimelineBar;
import io.pascaline.sim.trace.TimelineBar.Activity;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * What every role did during one inference. One row per role, from the client at the top; every
 * activity has a lane and a colour, online ones above the middle of the row, offline ones below.
 */
final class TimelinePlot {
  /** Room for the roles' names, left of the bars, as a share of their length. */
  private static final double LABEL_SHARE = 0.12;

  /** A bar is at least so long, as a share of all, or nobody would see it. */
  private static final double MIN_SHARE = 0.002;

  /** Shorter inferences need decimals on their axis. */
  private static final double FINE_MS = 20;

  private static final float BAR_WIDTH = 13;

  /**
   * An activity's bars.
   *
   * @param label in the legend
   * @param lane from the middle of the role's row upwards, in rows
   */
  private record Lane(Activity activity, String label, double lane, Color colour) {}

  private static final List<Lane> LANES =
      List.of(
          new Lane(Activity.OUTAGE, "outage of a link", 0.43, ChartLook.COLOURS[3]),
          new Lane(Activity.ONLINE, "online work", 0.33, ChartLook.COLOURS[4]),
          new Lane(Activity.ONLINE_TRANSFER, "online bytes", 0.2, ChartLook.COLOURS[1]),
          new Lane(Activity.WAIT_PEER, "waits for peer", 0.07, new Color(205, 205, 205)),
          new Lane(Activity.WAIT_CORRELATION, "waits for correlation", 0.07, Color.BLACK),
          new Lane(Activity.OFFLINE, "offline work", -0.1, ChartLook.COLOURS[0]),
          new Lane(Activity.OFFLINE_TRANSFER, "offline bytes", -0.23, ChartLook.COLOURS[5]),
          new Lane(Activity.SETUP, "set-up", -0.36, ChartLook.COLOURS[2]));

  private TimelinePlot() {}

  static XYChart of(SimModel model, SimRun run) {
    XYChart chart =
        ChartLook.of(
            new XYChartBuilder()
                .width(ChartLook.WIDTH)
                .height(ChartLook.HEIGHT)
                .title(
                    String.format(
                        Locale.ROOT,
                        "One inference of %s, %s, %s%s",
                        model.name(),
                        run.label(),
                        run.parties(),
                        outages(run)))
                .xAxisTitle("virtual time since the client asked, ms")
                .build());
    List<TimelineBar> bars = run.result().timeline();
    SimulatedAnswer answer = run.result().firstAnswered();
    long beganNs = answer.askedNs();
    double spanMs = SimRun.ms(answer.latencyNs());
    List<String> roles =
        List.copyOf(new TreeSet<>(bars.stream().map(TimelineBar::role).toList()).descendingSet());
    for (Lane lane : LANES) {
      addLane(chart, bars, lane, roles, beganNs, spanMs);
    }
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setYAxisMin(-0.5).setYAxisMax(roles.size() - 0.5);
    chart.getStyler().setPlotGridHorizontalLinesVisible(false);
    chart.getStyler().setYAxisTicksVisible(false);
    chart.getStyler().setXAxisMin(-LABEL_SHARE * spanMs);
    chart.getStyler().setXAxisMax(spanMs * (1 + MIN_SHARE));
    chart
        .getStyler()
        .setXAxisTickLabelsFormattingFunction(
            ms ->
                ms < 0 ? " " : String.format(Locale.ROOT, spanMs < FINE_MS ? "%.2f" : "%.0f", ms));
    for (int row = 0; row < roles.size(); row++) {
      chart.addAnnotation(
          new AnnotationText(roles.get(row), -LABEL_SHARE / 2 * spanMs, row, false));
    }
    return chart;
  }

  private static String outages(SimRun run) {
    List<Outage> outages = run.result().settings().network().outages();
    return outages.isEmpty()
        ? ""
        : outages.stream()
            .map(Outage::toString)
            .collect(Collectors.joining(", ", ", outages ", ""));
  }

  /** All bars of an activity as one series: gaps are where a coordinate is no number. */
  private static void addLane(
      XYChart chart,
      List<TimelineBar> bars,
      Lane lane,
      List<String> roles,
      long beganNs,
      double spanMs) {
    List<Double> times = new ArrayList<>();
    List<Double> rows = new ArrayList<>();
    for (TimelineBar bar : bars) {
      if (bar.activity() == lane.activity()) {
        double row = roles.indexOf(bar.role()) + lane.lane();
        // What began before the question, or ends after the answer, is not all in the picture.
        double fromMs = Math.max(0, SimRun.ms(bar.fromNs() - beganNs));
        double untilMs = Math.min(spanMs, SimRun.ms(bar.untilNs() - beganNs));
        double seenMs = Math.max(untilMs, fromMs + MIN_SHARE * spanMs);
        times.addAll(List.of(fromMs, seenMs, seenMs));
        rows.addAll(List.of(row, row, Double.NaN));
      }
    }
    if (!times.isEmpty()) {
      XYSeries series = chart.addSeries(lane.label(), times, rows);
      series.setMarker(SeriesMarkers.NONE).setLineColor(lane.colour());
      series.setLineStyle(new BasicStroke(BAR_WIDTH, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER));
    }
  }
}
