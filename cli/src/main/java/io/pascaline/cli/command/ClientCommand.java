// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.actors.api.CanaryCounts;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.cli.options.CanaryOptions;
import io.pascaline.cli.options.ImageOptions;
import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.ModelInput;
import io.pascaline.cli.options.ModelOptions;
import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.options.RunOptions;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.options.Task;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.Notes;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.cli.output.ProgressLine;
import io.pascaline.cli.run.AnswerRows;
import io.pascaline.cli.run.AnswerTable;
import io.pascaline.cli.run.ClosedAtExit;
import io.pascaline.cli.run.Evaluation;
import io.pascaline.cli.run.InferenceReport;
import io.pascaline.cli.run.PeakHeap;
import io.pascaline.cli.run.PlainReference;
import io.pascaline.cli.run.PrivateRun;
import io.pascaline.cli.run.RangeNotes;
import io.pascaline.cli.run.SuiteFigures;
import io.pascaline.layers.plan.NetworkPlan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A client of two remote parties. */
@Command(name = "client", description = "Classify images privately with two remote parties.")
public final class ClientCommand implements Callable<Integer> {
  @Mixin private SharedOptions shared;
  @Mixin private ModelOptions modelOptions;
  @Mixin private ImageOptions images;
  @Mixin private RunOptions run;
  @Mixin private CanaryOptions canaries;

  @ArgGroup(multiplicity = "1")
  private Where where;

  @Option(
      names = "--as-party",
      description =
          "Be party 1 of a server that owns the weights ('pascaline server'). A client that"
              + " deviates can then learn weights from its answers.")
  private boolean asParty;

  @Option(
      names = "--model",
      paramLabel = "MODEL.onnx",
      description =
          "The network in plaintext, with which answers are compared; only its owner has it"
              + " ('bundled': the bundled network).")
  private String model;

  @Spec private CommandSpec spec;

  /** Filled by picocli. */
  private static final class Where {
    @Option(
        names = "--config",
        required = true,
        paramLabel = "FILE",
        description = "Settings of the client; a sample is docs/samples/client.conf.")
    private Path config;

    @ArgGroup(exclusive = false)
    private GatewayParties gateways;
  }

  /** For picocli. */
  public ClientCommand() {}

  @Override
  public Integer call() {
    PeakHeap heap = PeakHeap.watch();
    run.requireValid(spec.commandLine().getOut());
    RunSettings settings = run.settings();
    Notes notes = new Notes(spec.commandLine().getErr(), shared.quiet());
    Optional<OutputFile> json = run.json(spec.commandLine().getOut());
    Optional<OutputFile> answers = run.output(spec.commandLine().getOut());
    Optional<CanaryOptions.Choice> checks = canaries.choice();
    checks.ifPresent(chosen -> notes.say(chosen.describe()));
    try (RemoteParties parties = parties(settings, notes, checks)) {
      LoadedModel loaded = model == null ? null : parties.plaintext(modelOptions, model, "--model");
      Task task = run.task(parties.plan());
      ModelInput input = images.normalised(parties.input());
      try (NetworkInputs inputs = images.open(input)) {
        inputs.notes().forEach(notes::say);
        Evaluation evaluation = evaluation(parties, task, input, inputs, loaded);
        boolean refuses = run.refusesOutOfRange();
        if (refuses) {
          evaluation.requireInRange();
        }
        PrintWriter out = OutputFile.report(json, spec.commandLine().getOut(), notes.err());
        AnswerTable table = evaluation.table(out);
        InferenceReport report;
        try (ClosedAtExit<InferenceService> running = ClosedAtExit.of(parties.connect(), () -> {});
            // Rows show how far the run is; an answer that is to be refused must not be among them.
            AnswerRows rows = evaluation.rows(refuses ? Optional.empty() : answers);
            ProgressLine progress = ProgressLine.none()) {
          PrivateRun.Answers onAnswer = refuses ? table::keepFirst : rows.and(table::print);
          report = evaluation.run(running.service(), settings, progress, onAnswer);
          CanaryCounts counts = running.service().statistics().canaries();
          checks.ifPresent(chosen -> notes.say(chosen.describe(counts)));
        }
        if (refuses) {
          Evaluation.requireInRange(report);
          table.printFirst();
        }
        if (run.answersOnly()) {
          RangeNotes.say(notes, report);
        } else if (asParty) {
          notes.say(heap.describe());
        }
        Evaluation.publish(
            report, run.answersOnly() ? Optional.empty() : Optional.of(out), json, answers);
      }
    }
    return 0;
  }

  private Evaluation evaluation(
      RemoteParties parties,
      Task task,
      ModelInput input,
      NetworkInputs inputs,
      LoadedModel loadedOrNull) {
    NetworkPlan plan = parties.plan();
    return new Evaluation(
        plan.name(),
        plan,
        task,
        inputs,
        inputs.classNames().isEmpty() ? input.classLabels() : inputs.classNames(),
        List.of(
            loadedOrNull == null || run.answersOnly()
                ? PlainReference.none()
                : PlainReference.of(loadedOrNull, inputs)),
        SuiteFigures.of(plan),
        parties.deployment());
  }

  private RemoteParties parties(
      RunSettings settings, Notes notes, Optional<CanaryOptions.Choice> checks) {
    if (where.config == null) {
      if (asParty) {
        throw new CommandFault(
            "--as-party: a gateway leads to a party, not to a server", "give --config FILE");
      }
      return where.gateways.ask(settings.timeout(), RetryPolicy.usual(), checks);
    }
    return asParty
        ? RemoteParties.readAsParty(where.config, settings.timeout(), RetryPolicy.usual(), checks)
        : RemoteParties.read(where.config, settings.timeout(), RetryPolicy.usual(), notes, checks);
  }
}
