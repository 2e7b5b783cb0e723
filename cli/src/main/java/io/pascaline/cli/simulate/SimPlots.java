// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.cli.output.CommandFault;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.internal.chartpart.IChart;

/** A sweep's plots, each as PNG and SVG. */
final class SimPlots {
  private SimPlots() {}

  /** Writes every plot that the runs are enough for; returns the files' names without endings. */
  static List<String> write(Path folder, SimModel model, List<SimRun> runs) {
    List<String> written = new ArrayList<>();
    try {
      List<SimRun> answered = runs.stream().filter(SimRun::succeeded).toList();
      if (answered.stream().map(SimRun::rttMs).distinct().count() > 1) {
        written.add(save(TimePlots.againstRtt(model, answered), folder, "time-rtt"));
      }
      if (answered.stream().map(run -> run.parties().bitsPerSecond()).distinct().count() > 1) {
        written.add(save(TimePlots.againstBandwidth(model, answered), folder, "time-bandwidth"));
      }
      Map<String, SimRun> lastOfEach = new LinkedHashMap<>();
      answered.forEach(run -> lastOfEach.put(run.label(), run));
      for (SimRun run : lastOfEach.values()) {
        written.add(save(TimelinePlot.of(model, run), folder, "timeline-" + run.label()));
      }
      if (!lastOfEach.isEmpty()) {
        written.add(
            save(
                LayerBytesPlot.of(model, List.copyOf(lastOfEach.values())), folder, "layer-bytes"));
      }
    } catch (IOException e) {
      throw fault(folder, e);
    }
    return written;
  }

  /** Makes the folder, before a long run finds that it cannot. */
  static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
      if (!Files.isWritable(folder)) {
        throw new IOException("no permission");
      }
    } catch (IOException e) {
      throw fault(folder, e);
    }
  }

  private static CommandFault fault(Path folder, IOException e) {
    return new CommandFault(
        "plots cannot be written to " + folder + " (" + e.getMessage() + ")",
        "give --plots a folder that can be written to",
        e);
  }

  private static String save(IChart chart, Path folder, String name) throws IOException {
    try (OutputStream png = Files.newOutputStream(folder.resolve(name + ".png"));
        OutputStream svg = Files.newOutputStream(folder.resolve(name + ".svg"))) {
      ChartEncoder.saveChart(chart, png, "PNG");
      ChartEncoder.saveChart(chart, svg, "SVG");
    }
    return name;
  }
}
