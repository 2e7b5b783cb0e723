package io.pascaline.cli.simulate;

import io.pascaline.cli.fault.CommandFault;
import io.pascaline.cli.suite.Activation;
import io.pascaline.sim.trace.LayerTraffic;
import io.pascaline.sim.trace.TimelineBar;
import io.pascaline.sim.trace.TimelineBar.Activity;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A sweep's plots, each as PNG and SVG. */
final class SimPlots {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 620;
  private static final float BAR_WIDTH = 9;

  /** Room for the roles' names, left of a timeline, as a share of its length. */
  private static final double LABEL_SHARE = 0.12;

  /** Where an activity's bars lie within their role's row, from its middle, in rows. */
  private static final Map<Activity, Double> LANES = new EnumMap<>(Activity.class);

  static {
    LANES.put(Activity.ONLINE, 0.3);
    LANES.put(Activity.ONLINE_TRANSFER, 0.18);
    LANES.put(Activity.WAIT_PEER, 0.06);
    LANES.put(Activity.WAIT_CORRELATION, -0.06);
    LANES.put(Activity.OFFLINE_TRANSFER, -0.18);
    LANES.put(Activity.OFFLINE, -0.3);
    LANES.put(Activity.SETUP, -0.3);
  }

  private SimPlots() {}

  /** Writes every plot that the runs are enough for; returns the files' names without endings. */
  static List<String> write(final Path folder, final SimModel model, final List<SimRun> runs) {
    final List<String> written = new ArrayList<>();
    try {
      Files.createDirectories(folder);
      final List<SimRun> answered = runs.stream().filter(SimRun::succeeded).toList();
      if (answered.stream().map(SimRun::rttMs).distinct().count() > 1) {
        written.add(save(timeAgainstRtt(model, answered), folder, "time-rtt"));
      }
      final Map<Activation, SimRun> lastOfEach = new LinkedHashMap<>();
      answered.forEach(run -> lastOfEach.put(run.activation(), run));
      for (final SimRun run : lastOfEach.values()) {
        final String label = run.activation().label();
        written.add(save(timeline(model, run), folder, "timeline-" + label));
      }
      if (!lastOfEach.isEmpty()) {
        written.add(
            save(layerBytes(model, List.copyOf(lastOfEach.values())), folder, "layer-bytes"));
      }
    } catch (final IOException e) {
      throw new CommandFault(
          "plots cannot be written to " + folder + " (" + e.getMessage() + ")",
          "give --plots a folder that can be written to",
          e);
    }
    return written;
  }

  private static String save(final IChart chart, final Path folder, final String name)
      throws IOException {
    try (OutputStream png = Files.newOutputStream(folder.resolve(name + ".png"));
        OutputStream svg = Files.newOutputStream(folder.resolve(name + ".svg"))) {
      ChartEncoder.saveChart(chart, png, "PNG");
      ChartEncoder.saveChart(chart, svg, "SVG");
    }
    return name;
  }

  private static XYChart timeAgainstRtt(final SimModel model, final List<SimRun> runs) {
    final XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Inference time of " + model.name())
            .xAxisTitle("round-trip time between the parties, ms")
            .yAxisTitle("latency, ms")
            .build();
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
    final Map<String, List<SimRun>> series = new LinkedHashMap<>();
    final boolean manyBandwidths =
        runs.stream().map(run -> run.parties().bitsPerSecond()).distinct().count() > 1;
    for (final SimRun run : runs) {
      final String link = run.parties().withRttNs(0).toString().replace("rtt=0,", "");
      final String name = run.activation().label() + (manyBandwidths ? ", " + link : "");
      series.computeIfAbsent(name, key -> new ArrayList<>()).add(run);
    }
    series.forEach(
        (name, points) -> {
          final List<SimRun> sorted =
              points.stream().sorted(Comparator.comparingDouble(SimRun::rttMs)).toList();
          chart.addSeries(
              name,
              sorted.stream().mapToDouble(SimRun::rttMs).toArray(),
              sorted.stream().mapToDouble(SimRun::latencyMs).toArray());
        });
    return chart;
  }

  /** One row per role, from the client at the top; every activity has its own lane and colour. */
  private static XYChart timeline(final SimModel model, final SimRun run) {
    final XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                String.format(
                    Locale.ROOT,
                    "One inference of %s, %s, %s",
                    model.name(),
                    run.activation().label(),
                    run.parties()))
            .xAxisTitle("virtual time since the client asked, ms")
            .build();
    final List<TimelineBar> bars = run.result().timeline();
    final long beganNs = run.result().answers().get(0).askedNs();
    final List<String> roles =
        List.copyOf(new TreeSet<>(bars.stream().map(TimelineBar::role).toList()).descendingSet());
    for (final Activity activity : LANES.keySet()) {
      addLane(chart, bars, activity, roles, beganNs);
    }
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
    chart.getStyler().setYAxisMin(-0.5).setYAxisMax(roles.size() - 0.5);
    chart.getStyler().setPlotGridLinesVisible(false);
    chart.getStyler().setYAxisTicksVisible(false);
    final double spanMs = SimRun.ms(run.result().answers().get(0).latencyNs());
    chart.getStyler().setXAxisMin(-LABEL_SHARE * spanMs);
    for (int row = 0; row < roles.size(); row++) {
      chart.addAnnotation(
          new AnnotationText(roles.get(row), -LABEL_SHARE / 2 * spanMs, row, false));
    }
    return chart;
  }

  /** All bars of an activity as one series: gaps are where a coordinate is no number. */
  private static void addLane(
      final XYChart chart,
      final List<TimelineBar> bars,
      final Activity activity,
      final List<String> roles,
      final long beganNs) {
    final List<Double> times = new ArrayList<>();
    final List<Double> rows = new ArrayList<>();
    for (final TimelineBar bar : bars) {
      if (bar.activity() == activity) {
        final double row = roles.indexOf(bar.role()) + LANES.get(activity);
        times.add(SimRun.ms(bar.fromNs() - beganNs));
        rows.add(row);
        times.add(SimRun.ms(bar.untilNs() - beganNs));
        rows.add(row);
        times.add(SimRun.ms(bar.untilNs() - beganNs));
        rows.add(Double.NaN);
      }
    }
    if (!times.isEmpty()) {
      final XYSeries series =
          chart.addSeries(activity.name().toLowerCase(Locale.ROOT).replace('_', ' '), times, rows);
      series.setMarker(SeriesMarkers.NONE).setLineWidth(BAR_WIDTH);
    }
  }

  private static CategoryChart layerBytes(final SimModel model, final List<SimRun> runs) {
    final CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Online bytes of each party by layer, " + model.name())
            .xAxisTitle("layer")
            .yAxisTitle("kB")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
    chart.getStyler().setXAxisLabelRotation(90).setXAxisMaxLabelCount(40);
    for (final SimRun run : runs) {
      final List<LayerTraffic> layers = run.result().layerTraffic();
      chart.addSeries(
          run.activation().label(),
          IntStream.range(0, layers.size()).boxed().toList(),
          layers.stream().map(layer -> layer.onlineBytes() / 1e3).toList());
    }
    return chart;
  }
}
