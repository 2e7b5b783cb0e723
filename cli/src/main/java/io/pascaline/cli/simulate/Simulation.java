// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.cli.output.OutputFile;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/** A sweep from its options to its tables, files and plots. */
public final class Simulation {
  private final SimOptions options;
  private final boolean quiet;
  private final PrintWriter out;
  private final PrintWriter err;

  /**
   * Prepares a sweep.
   *
   * @param options what to simulate
   * @param quiet whether to say nothing of progress
   * @param out the standard output
   * @param err the standard error
   */
  public Simulation(SimOptions options, boolean quiet, PrintWriter out, PrintWriter err) {
    this.options = options;
    this.quiet = quiet;
    this.out = out;
    this.err = err;
  }

  /**
   * Runs every point and writes the results.
   *
   * @throws io.pascaline.cli.output.CommandFault in one line if a setting is wrong
   */
  public void run() {
    Optional<OutputFile> json = options.json(out);
    Optional<OutputFile> csv = options.csv(out);
    json.ifPresent(OutputFile::requireWritable);
    csv.ifPresent(OutputFile::requireWritable);
    PrintWriter report = OutputFile.report(csv, OutputFile.report(json, out, err), err);
    options.plots().ifPresent(SimPlots::makeFolder);
    Scenario scenario = Scenario.of(options.settings());
    SimModel network = SimModel.load(scenario.model(), scenario.modelPlace());
    List<SimRun> runs = new Sweep(scenario, network, options.approximation(), this::note).run();
    SimTable.print(network, runs, report);
    json.ifPresent(file -> SimFiles.writeJson(file, network, runs));
    csv.ifPresent(file -> SimFiles.writeCsv(file, runs));
    options
        .plots()
        .ifPresent(
            folder -> {
              List<String> written = SimPlots.write(folder, network, runs);
              report.println("  plots          " + String.join(", ", written) + " in " + folder);
              report.flush();
            });
  }

  private void note(String line) {
    if (!quiet) {
      err.println(line);
      err.flush();
    }
  }
}
