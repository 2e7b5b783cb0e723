// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.VisibilityNames;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.cli.run.ApproximationReport;
import io.pascaline.cli.run.PlanPrinter;
import io.pascaline.cli.run.RangePrinter;
import io.pascaline.cli.run.RangeReport;
import io.pascaline.cli.run.TrustModel;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plan.NetworkPlan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The range report of {@code inspect}. Filled by picocli. */
public final class RangeOptions {
  @Option(
      names = "--range",
      paramLabel = "B",
      description =
          "Count activation inputs outside [-B, B] (default: 5; half the period of a trigonometric"
              + " activation).")
  private Double range;

  @Option(
      names = "--compare",
      paramLabel = "MODEL.onnx",
      description =
          "Another network to report beside this one, for instance trained without a penalty.")
  private Path compare;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write costs, bounds and ranges as JSON to FILE; - is the standard output.")
  private Path json;

  /** For picocli. */
  public RangeOptions() {}

  /** Finds out before the work whether the options can be met. */
  public void check() {
    if (range != null && !(range > 0)) {
      throw new CommandFault("--range " + range + " is not positive", "give a number above 0");
    }
    json(null).ifPresent(OutputFile::requireWritable);
  }

  /**
   * Returns where the JSON goes, if anywhere.
   *
   * @param out the standard output
   */
  Optional<OutputFile> json(PrintWriter out) {
    return OutputFile.of("--json", json, out);
  }

  /**
   * Prints the report and writes its JSON.
   *
   * @param graph the network
   * @param network the same network compiled
   * @param inputs typical images as the network takes them
   * @param calibration where they come from
   * @param out where to
   * @param json the JSON file, if there is to be one
   */
  public void report(
      NetworkGraph graph,
      CompiledNetwork network,
      List<float[]> inputs,
      String calibration,
      PrintWriter out,
      Optional<OutputFile> json) {
    NetworkPlan plan = network.plan();
    RangeReport report = report(graph, plan, inputs);
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("model", plan.name());
    tree.put("calibration", calibration);
    tree.put("visibility", VisibilityNames.label(plan.visibility()));
    tree.put("trustModel", TrustModel.of(plan.visibility()));
    tree.putAll(PlanPrinter.tree(plan.costs()));
    ApproximationReport.approximated(network)
        .ifPresent(
            approximated -> {
              tree.put("approximationEffect", approximated.effect());
              tree.put("approximations", ApproximationReport.tree(approximated));
            });
    tree.put("ranges", RangePrinter.tree(report));
    if (!report.activations().isEmpty()) {
      out.println();
      RangePrinter.print(report, out);
    }
    if (compare != null) {
      RangeReport before = report(other(graph), null, inputs);
      out.println();
      RangePrinter.print(before, report, out);
      tree.put("before", RangePrinter.tree(before));
    }
    json.ifPresent(file -> file.writeJson(tree));
  }

  private RangeReport report(NetworkGraph graph, NetworkPlan planOrNull, List<float[]> inputs) {
    return RangeReport.of(
        graph, planOrNull, inputs.size(), inputs::get, range == null ? Double.NaN : range);
  }

  private NetworkGraph other(NetworkGraph graph) {
    LoadedModel loaded = LoadedModel.load(compare);
    if (!loaded.graph().inputShape().equals(graph.inputShape())) {
      throw new CommandFault(
          "--compare "
              + compare
              + " takes "
              + loaded.graph().inputShape()
              + ", not "
              + graph.inputShape(),
          "name a network for the same images");
    }
    return loaded.graph();
  }
}
