// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.cli.config.RoleConfig;
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
import io.pascaline.cli.output.LogFormat;
import io.pascaline.cli.output.Notes;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.cli.output.ProgressLine;
import io.pascaline.cli.run.AnswerTable;
import io.pascaline.cli.run.ClosedAtExit;
import io.pascaline.cli.run.Evaluation;
import io.pascaline.cli.run.InferenceReport;
import io.pascaline.cli.run.PlainReference;
import io.pascaline.cli.run.PrivateRun;
import io.pascaline.cli.run.RangeNotes;
import io.pascaline.cli.run.SuiteFigures;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.Role;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A client of two remote parties. */
@Command(name = "client", description = "Classify images privately with two remote parties.")
public final class ClientCommand implements Callable<Integer> {
  /** The part of the command's timeout that finding the parties may take. */
  private static final int REASON_PERCENT = 80;

  private static final String DEPLOYMENT = "client of two remote parties, Aeron UDP, encrypted";
  private static final String INSECURE =
      "client of two remote parties, Aeron UDP, NOT encrypted (insecure = true)";

  @Mixin private SharedOptions shared;
  @Mixin private ModelOptions modelOptions;
  @Mixin private ImageOptions images;
  @Mixin private RunOptions run;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "Settings of the client; a sample is docs/samples/client.conf.")
  private Path config;

  @Option(
      names = "--model",
      paramLabel = "MODEL.onnx",
      description =
          "The network in plaintext, with which answers are compared; only its owner has it"
              + " ('bundled': the bundled network).")
  private String model;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public ClientCommand() {}

  @Override
  public Integer call() {
    RunSettings settings = run.settings();
    Notes notes = new Notes(spec.commandLine().getErr(), shared.quiet());
    Optional<OutputFile> json = run.json(spec.commandLine().getOut());
    json.ifPresent(OutputFile::requireWritable);
    Optional<OutputFile> answers = run.output(spec.commandLine().getOut());
    RoleConfig role = RoleConfig.client(config);
    role.logFormat().ifPresent(LogFormat::apply);
    if (role.isInsecure()) {
      notes.warn(RoleConfig.INSECURE_WARNING);
    }
    NetworkPlan plan = role.plan();
    LoadedModel loaded = loaded(plan);
    List<String> labels = role.settings().texts("labels");
    Task task = run.task(plan);
    ModelInput input =
        images.normalised(
            new ModelInput(
                plan.name(),
                plan.inputShape().dims(),
                role.settings().text("input.mean", "0"),
                role.settings().text("input.std", "1"),
                labels));
    try (NetworkInputs inputs = images.open(input)) {
      inputs.notes().forEach(notes::say);
      Evaluation evaluation =
          new Evaluation(
              plan.name(),
              plan,
              task,
              inputs,
              inputs.classNames().isEmpty() ? labels : inputs.classNames(),
              List.of(
                  loaded == null || run.answersOnly()
                      ? PlainReference.none()
                      : PlainReference.of(loaded, inputs)),
              SuiteFigures.of(plan),
              role.isInsecure() ? INSECURE : DEPLOYMENT);
      boolean refuses = run.refusesOutOfRange();
      if (refuses) {
        evaluation.requireInRange();
      }
      PrintWriter out = OutputFile.report(json, spec.commandLine().getOut(), notes.err());
      AnswerTable table = evaluation.table(out);
      InferenceReport report;
      // Rows show how far the run is; an answer that is to be refused must not be among them.
      PrivateRun.Answers onAnswer = refuses ? table::keepFirst : table::print;
      try (ClosedAtExit<InferenceService> running =
              ClosedAtExit.of(connect(role, plan, settings), () -> {});
          ProgressLine progress = ProgressLine.none()) {
        report = evaluation.run(running.service(), settings, progress, onAnswer);
      }
      if (refuses) {
        Evaluation.requireInRange(report);
        table.printFirst();
      }
      if (run.answersOnly()) {
        RangeNotes.say(notes, report);
      }
      Evaluation.publish(
          report, run.answersOnly() ? Optional.empty() : Optional.of(out), json, answers);
    }
    return 0;
  }

  private static InferenceService connect(RoleConfig role, NetworkPlan plan, RunSettings settings) {
    RuntimeSettings runtime = role.runtime(Role.CLIENT, -1);
    long timeoutMs = settings.timeout().toMillis();
    // A little sooner: only the initiator of a link knows why a party does not answer.
    long connectTimeoutMs =
        Math.min(runtime.connectTimeoutMs(), Math.max(1, timeoutMs * REASON_PERCENT / 100));
    return PrivateInferenceClient.builder(plan)
        .listen(role.listen())
        .party(0, role.dialled("party0"), null)
        .party(1, role.dialled("party1"), null)
        .runtime(runtime.toBuilder().connectTimeoutMs(connectTimeoutMs).build())
        .requestTimeout(settings.timeout())
        .maxPending(role.maxPending())
        .retry(RetryPolicy.never())
        .connect();
  }

  private LoadedModel loaded(NetworkPlan plan) {
    if (model == null) {
      return null;
    }
    LoadedModel loaded = modelOptions.load("bundled".equals(model) ? null : Path.of(model));
    if (!loaded.graph().inputShape().equals(plan.inputShape())
        || loaded.classCount() != plan.outputElementCount()) {
      throw new CommandFault(
          "--model " + model + " has other inputs or outputs than the plan",
          "name the network that the plan was compiled from");
    }
    return loaded;
  }
}
