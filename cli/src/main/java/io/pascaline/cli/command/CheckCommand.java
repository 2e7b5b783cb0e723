// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.cli.options.CalibrationOptions;
import io.pascaline.cli.options.ImageOptions;
import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.ModelInput;
import io.pascaline.cli.options.ModelOptions;
import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.options.SuiteChoice;
import io.pascaline.cli.options.SuiteOptions;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.Figures;
import io.pascaline.cli.output.Notes;
import io.pascaline.cli.output.TextTable;
import io.pascaline.cli.run.RangeNotes;
import io.pascaline.cli.run.SuiteFigures;
import io.pascaline.cli.run.TrustModel;
import io.pascaline.layers.check.LayerCheck;
import io.pascaline.layers.check.LocalReport;
import io.pascaline.layers.check.LocalRun;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.plan.RangeViolation;
import io.pascaline.layers.plan.SentBytes;
import io.pascaline.layers.plan.Visibility;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The protocol of every layer, compared with its plaintext reference. */
@Command(
    name = "check",
    description =
        "Run the protocol layer by layer in one thread and compare every layer with its plaintext"
            + " reference. Names the first layer that deviates. Checks 3 images unless --images"
            + " or --limit is given.")
public final class CheckCommand implements Callable<Integer> {
  private static final int DEFAULT_COUNT = 3;

  @Mixin private SharedOptions shared;
  @Mixin private ModelOptions modelOptions;
  @Mixin private ImageOptions images;
  @Mixin private CalibrationOptions calibration;
  @Mixin private SuiteOptions suite;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL.onnx",
      description = "The network (default: the bundled one).")
  private Path model;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public CheckCommand() {}

  @Override
  public Integer call() {
    Path last = images.takeModel();
    LoadedModel loaded = modelOptions.load(model == null ? last : model);
    images.limitUnlessGiven(DEFAULT_COUNT);
    SuiteChoice choice = suite.choose(loaded.graph());
    Notes notes = new Notes(spec.commandLine().getErr(), shared.quiet());
    choice.note().ifPresent(notes::say);
    ModelInput input = images.normalised(loaded.input());
    try (NetworkInputs inputs = images.open(input)) {
      inputs.notes().forEach(notes::say);
      CompiledNetwork network =
          choice.compile(calibration.forRun(loaded, input, inputs, images.resize()).inputs());
      SuiteFigures figures = SuiteFigures.of(network);
      LocalRun run = LocalRun.of(network);
      Function<float[], List<RangeViolation>> audit = RangeNotes.audit(network);
      LocalReport worst = null;
      for (int i = 0; i < inputs.count(); i++) {
        float[] values = inputs.apply(i);
        requireInRange(audit.apply(values), inputs.name(i));
        String image = inputs.name(i);
        network
            .plan()
            .checkInput(values)
            .ifPresent(
                found ->
                    notes.say(
                        image + ", " + found.describe() + ", though no layer leaves its bound"));
        LocalReport report = run.run(values);
        requireOk(report, inputs.name(i), figures);
        worst = worst == null ? report : larger(worst, report);
      }
      print(worst, inputs.count(), figures, network.plan().visibility());
    }
    return 0;
  }

  /** Of what wraps around on the way nothing is to be seen in the protocol's own tensors. */
  private static void requireInRange(List<RangeViolation> violations, String image) {
    if (!violations.isEmpty()) {
      RangeViolation first = violations.get(0);
      throw new CommandFault(
          "image "
              + image
              + " drives layer "
              + first.layer()
              + " beyond its bound ("
              + first.describe()
              + ")",
          "calibrate with such images (--calibration)");
    }
  }

  private static void requireOk(LocalReport report, String image, SuiteFigures figures) {
    Optional<LayerCheck> divergence = report.firstDivergence();
    if (divergence.isEmpty()) {
      return;
    }
    LayerCheck layer = divergence.get();
    if (layer.outOfRangeCount() > 0) {
      throw new CommandFault(
          "image "
              + image
              + " drives layer "
              + layer.layer()
              + " ("
              + layer.name()
              + ") beyond its bound",
          "calibrate with such images (--calibration)");
    }
    throw new CommandFault(
        String.format(
            Locale.ROOT,
            "image %s deviates first in layer %d (%s): %.2f units in the last place, %.2f allowed",
            image,
            layer.layer(),
            layer.name(),
            layer.largestDeviation(),
            layer.allowedDeviation()),
        figures.failureProbability() > 0
            ? "run it again: a share may wrap, "
                + figures.describeFailure()
                + "; if it happens twice, please report it with the model"
            : "this is a fault of Pascaline, please report it with the model");
  }

  private static LocalReport larger(LocalReport one, LocalReport other) {
    return new LocalReport(
        java.util.stream.IntStream.range(0, one.layers().size())
            .mapToObj(
                i ->
                    one.layers().get(i).largestDeviation()
                            >= other.layers().get(i).largestDeviation()
                        ? one.layers().get(i)
                        : other.layers().get(i))
            .toList(),
        other.outputWords(),
        other.output());
  }

  /** Returns what parties 0 and 1 sent, in one figure where it is the same. */
  private static String sent(SentBytes bytes) {
    return bytes.byParty0() == bytes.byParty1()
        ? Long.toString(bytes.byParty0())
        : bytes.byParty0() + " / " + bytes.byParty1();
  }

  private void print(
      LocalReport report, int imageCount, SuiteFigures figures, Visibility visibility) {
    PrintWriter out = spec.commandLine().getOut();
    TextTable table =
        new TextTable(
            "layer", "<name", "values", "deviation", "allowed", "rounds", "online B", "<");
    for (LayerCheck layer : report.layers()) {
      table.row(
          layer.layer(),
          layer.name(),
          layer.elementCount(),
          String.format(Locale.ROOT, "%.3f", layer.largestDeviation()),
          String.format(Locale.ROOT, "%.3f", layer.allowedDeviation()),
          layer.rounds(),
          sent(layer.online()),
          "ok");
    }
    table.print(out);
    out.println();
    out.println(
        "  every layer of "
            + Figures.plural(imageCount, "image")
            + " is within its bound (largest deviation, in units in the last place)");
    out.println("  suite: " + figures.describe());
    out.println("  failure probability: " + figures.describeFailure());
    out.println("  trust model of the parties: " + TrustModel.of(visibility));
    out.flush();
  }
}
