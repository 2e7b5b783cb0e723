// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import com.typesafe.config.ConfigUtil;
import io.pascaline.cli.config.ModelFolder;
import io.pascaline.cli.options.CalibrationOptions;
import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.ModelInput;
import io.pascaline.cli.options.ModelOptions;
import io.pascaline.cli.options.PixelOptions;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.options.SuiteChoice;
import io.pascaline.cli.options.SuiteOptions;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.Notes;
import io.pascaline.cli.run.ApproximationReport;
import io.pascaline.cli.run.RangeNotes;
import io.pascaline.cli.run.SuiteFigures;
import io.pascaline.cli.run.TrustModel;
import io.pascaline.layers.canary.CanaryMaker;
import io.pascaline.layers.canary.CanarySet;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.Visibility;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Splits a model between the parties. */
@Command(
    name = "share",
    description =
        "Compile a network and split its weights: a file for each party, the public plan for"
            + " dealer and clients, and the clients' input settings.")
public final class ShareCommand implements Callable<Integer> {
  private static final String CANARIES = "canaries.bin";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  @Mixin private SharedOptions shared;
  @Mixin private ModelOptions modelOptions;
  @Mixin private CalibrationOptions calibration;
  @Mixin private PixelOptions pixels;
  @Mixin private SuiteOptions suite;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL.onnx",
      description = "The network (default: the bundled one).")
  private Path model;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The folder for the files; it is created if it does not exist.")
  private Path out;

  @Option(
      names = "--force",
      description =
          "Replace the share files in DIR. Other files of the run that made them become useless.")
  private boolean force;

  @Option(
      names = "--canaries",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Also write N inputs with their right answers, with which clients check the parties"
              + " (client --canaries; default: 0, none).")
  private int canaryCount;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "What clients call the model (default: the file's name). Versions of one model have the"
              + " same name.")
  private String name;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public ShareCommand() {}

  @Override
  public Integer call() {
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw new CommandFault(
          "--out " + out + " is a file", "name a folder; it is created if it does not exist");
    }
    requireNoShares();
    if (name != null && !NAME.matcher(name).matches()) {
      throw new CommandFault(
          "--name '" + name + "' cannot be part of an address",
          "take letters, digits and the characters . _ -");
    }
    LoadedModel loaded = modelOptions.load(model);
    if (!calibration.isKnown(loaded)) {
      throw new CommandFault(
          "the bounds of " + loaded.name() + " need typical images or numbers",
          "name some with --calibration");
    }
    ModelInput input = pixels.normalised(loaded.input());
    SuiteChoice choice = suite.choose(name == null ? loaded.graph() : loaded.graph().named(name));
    List<float[]> typical = calibration.withoutImages(loaded, input, pixels.resize()).inputs();
    CompiledNetwork network = choice.compile(typical);
    Optional<CanarySet> canaries = canaries(network, typical);
    Notes notes = new Notes(spec.commandLine().getErr(), shared.quiet());
    choice.note().ifPresent(notes::say);
    network.warnings().forEach(warning -> notes.say("little margin: " + warning));
    RangeNotes.rounding(network, choice.graph(), typical).ifPresent(notes::say);
    ApproximationReport.summary(network).ifPresent(notes::say);
    write(network, input, canaries);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println("wrote to " + out + ":");
    filesOf(network.plan().visibility()).forEach(stdout::println);
    stdout.println("  plan.bin       public   dealer and clients");
    stdout.println("  input.conf     public   clients");
    canaries.ifPresent(set -> stdout.println(describe(set)));
    SuiteFigures figures = SuiteFigures.of(network);
    stdout.println("suite: " + figures.describe());
    stdout.println("failure probability: " + figures.describeFailure());
    stdout.println("trust model: " + TrustModel.of(network.plan().visibility()));
    return 0;
  }

  private void write(CompiledNetwork network, ModelInput input, Optional<CanarySet> canaries) {
    ReplacedFiles files = new ReplacedFiles(out);
    try {
      files.write(
          fresh -> {
            for (ModelShare share : ModelShares.split(network, new SecureRandom())) {
              share.write(fresh.resolve(ModelFolder.shareFile(share.partyId())));
            }
            Files.write(fresh.resolve(ModelFolder.PLAN), network.plan().encode());
            Files.writeString(fresh.resolve(ModelFolder.INPUT_SETTINGS), inputSettings(input));
            if (canaries.isPresent()) {
              canaries.get().write(fresh.resolve(CANARIES));
            }
          });
    } catch (IOException e) {
      throw new CommandFault(
          "--out " + out + " cannot be written (" + e.getMessage() + ")",
          files.isMixed()
              ? "its files are of two runs now: name another folder, or repeat with --force"
              : "name a folder in which you may write",
          e);
    }
  }

  private Optional<CanarySet> canaries(CompiledNetwork network, List<float[]> typical) {
    if (canaryCount == 0) {
      return Optional.empty();
    }
    if (canaryCount < 0 || canaryCount > CanarySet.MAX_COUNT) {
      throw new CommandFault(
          "--canaries " + canaryCount + " is out of range",
          "give a number from 0 to " + CanarySet.MAX_COUNT);
    }
    if (!(network instanceof FusedNetwork fused)) {
      throw new CommandFault(
          "--canaries needs the fused suite, whose answers have a known tolerance",
          "leave it out, or give --suite fused");
    }
    try {
      return Optional.of(new CanaryMaker(fused, typical).make(canaryCount));
    } catch (IllegalArgumentException e) {
      throw new CommandFault("--canaries: " + e.getMessage(), "name others with --calibration", e);
    }
  }

  private static String describe(CanarySet set) {
    return "  canaries.bin   answers  clients; "
        + set.canaries().size()
        + " inputs with right answers, tolerance "
        + set.maxToleranceUlps()
        + " units of the last place ("
        + (set.proven() ? "proven" : "measured")
        + ")";
  }

  /** Returns what the files of the parties are, a line for each. */
  private static List<String> filesOf(Visibility visibility) {
    return switch (visibility) {
      case SHARED ->
          List.of(
              "  party0.share   secret   party 0, nobody else",
              "  party1.share   secret   party 1, nobody else");
      case OWNED ->
          List.of(
              "  party0.share   secret   party 0, nobody else: it has all weights",
              "  party1.share   public   party 1; it has no weights");
      case PUBLIC ->
          List.of(
              "  party0.share   weights  party 0; whoever reads it knows all weights",
              "  party1.share   weights  party 1; whoever reads it knows all weights");
    };
  }

  /** Both shares must be of one run, so replacing one here breaks what has the other elsewhere. */
  private void requireNoShares() {
    for (int party = 0; party < 2 && !force; party++) {
      Path share = out.resolve(ModelFolder.shareFile(party));
      if (Files.exists(share)) {
        throw new CommandFault(
            share
                + " exists, and a new one does not match the share of party "
                + (1 - party)
                + " that was made with it",
            "name another folder, or replace all files with --force and distribute them again");
      }
    }
  }

  private static String inputSettings(ModelInput input) {
    return "# Written by 'pascaline share': how a client's pixels become inputs, and its classes.\n"
        + "input {\n  mean = "
        + ConfigUtil.quoteString(input.mean())
        + "\n  std = "
        + ConfigUtil.quoteString(input.deviation())
        + "\n}\nlabels = "
        + input.classLabels().stream()
            .map(ConfigUtil::quoteString)
            .collect(Collectors.joining(", ", "[", "]\n"));
  }
}
