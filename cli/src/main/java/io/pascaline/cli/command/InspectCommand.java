// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.actors.party.PartyLimits;
import io.pascaline.cli.options.CalibrationOptions;
import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.ModelInput;
import io.pascaline.cli.options.ModelOptions;
import io.pascaline.cli.options.PixelOptions;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.options.SuiteChoice;
import io.pascaline.cli.options.SuiteOptions;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.cli.output.PlotFile;
import io.pascaline.cli.run.ApproximationPlot;
import io.pascaline.cli.run.ApproximationReport;
import io.pascaline.cli.run.DealerCheckFigures;
import io.pascaline.cli.run.PlanPrinter;
import io.pascaline.cli.run.RangeNotes;
import io.pascaline.cli.run.SuiteFigures;
import io.pascaline.layers.approximate.ApproximatedNetwork;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.runtime.OnnxRuntimeEngine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The compiled plan and what it will cost. */
@Command(
    name = "inspect",
    description =
        "Compile a network and show its plan: rounds, bytes and bounds of each layer. No"
            + " cryptography runs.")
public final class InspectCommand implements Callable<Integer> {
  @Mixin private SharedOptions shared;
  @Mixin private ModelOptions modelOptions;
  @Mixin private CalibrationOptions calibration;
  @Mixin private PixelOptions pixels;
  @Mixin private RangeOptions ranges;
  @Mixin private SuiteOptions suite;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL.onnx",
      description = "The network (default: the bundled one).")
  private Path model;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description =
          "Draw the approximated functions, their fits and the histograms of their calibration"
              + " inputs: .png or .svg.")
  private Path plot;

  @Option(
      names = "--dealer-check-every",
      paramLabel = "K",
      description =
          "Also show what it costs, and what it finds, if each party takes one of K sessions to check"
              + " the dealer (the setting dealer-check-every).")
  private Integer checkEvery;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public InspectCommand() {}

  @Override
  public Integer call() {
    ranges.check();
    if (checkEvery != null && (checkEvery < 2 || checkEvery > PartyLimits.MAX_CHECK_EVERY)) {
      throw new CommandFault(
          "--dealer-check-every " + checkEvery + " is out of range",
          "give a number from 2 to " + PartyLimits.MAX_CHECK_EVERY);
    }
    if (plot != null) {
      new PlotFile(plot).requireWritable();
    }
    LoadedModel loaded = modelOptions.load(model);
    ModelInput input = pixels.normalised(loaded.input());
    CalibrationOptions.Inputs typical = calibration.withoutImages(loaded, input, pixels.resize());
    SuiteChoice choice = suite.choose(loaded.graph());
    CompiledNetwork network = choice.compile(typical.inputs());
    Optional<ApproximatedNetwork> approximated = ApproximationReport.approximated(network);
    draw(approximated);
    Optional<OutputFile> json = ranges.json(spec.commandLine().getOut());
    PrintWriter out =
        OutputFile.report(json, spec.commandLine().getOut(), spec.commandLine().getErr());
    PlanPrinter.print(
        network.plan(), largest(choice.graph(), network.plan(), typical.inputs()), out);
    SuiteFigures figures = SuiteFigures.of(network);
    PlanPrinter.line(out, "suite", figures.describe());
    PlanPrinter.line(out, "precision", figures.describePrecision());
    PlanPrinter.line(out, "failure probability", figures.describeFailure());
    if (checkEvery != null) {
      PlanPrinter.line(out, "dealer checks", DealerCheckFigures.describe(checkEvery));
    }
    choice.note().ifPresent(note -> PlanPrinter.line(out, "note", note));
    PlanPrinter.line(out, "calibrated with", typical.describe());
    PlanPrinter.warnings(network.warnings(), out);
    RangeNotes.rounding(network, choice.graph(), typical.inputs())
        .ifPresent(note -> PlanPrinter.line(out, "note", note));
    ApproximationReport.ofModel(loaded.graph())
        .ifPresent(harmonics -> PlanPrinter.line(out, "harmonics", harmonics));
    approximated.ifPresent(
        found -> {
          ApproximationReport.summary(network)
              .ifPresent(summary -> PlanPrinter.line(out, "approximation", summary));
          out.println();
          ApproximationReport.print(found, out);
        });
    ranges.report(choice.graph(), network, typical.inputs(), typical.describe(), out, json);
    return 0;
  }

  private void draw(Optional<ApproximatedNetwork> approximated) {
    if (plot == null) {
      return;
    }
    if (approximated.isEmpty()) {
      throw new CommandFault("--plot: nothing of the model was approximated", "leave it out");
    }
    ApproximationPlot.write(approximated.get(), new PlotFile(plot));
  }

  /** Largest magnitude of each layer's output in calibration, by the names of the graph. */
  private static Map<Integer, Double> largest(
      NetworkGraph graph, NetworkPlan plan, List<float[]> inputs) {
    Set<String> tensors = new HashSet<>();
    plan.layers().forEach(layer -> tensors.add(layer.name()));
    tensors.retainAll(graph.nodes().stream().map(GraphNode::name).toList());
    Map<String, Double> byTensor = new HashMap<>();
    new OnnxRuntimeEngine()
        .forEachTensor(
            graph,
            inputs,
            tensors,
            (input, tensor, values) -> byTensor.merge(tensor, peak(values), Math::max));
    Map<Integer, Double> largest = new HashMap<>();
    for (PlanLayer layer : plan.layers()) {
      largest.put(layer.id(), byTensor.getOrDefault(layer.name(), 0.0));
    }
    return largest;
  }

  private static double peak(float[] values) {
    double peak = 0;
    for (float value : values) {
      peak = Math.max(peak, Math.abs(value));
    }
    return peak;
  }
}
