// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.role.RoleMemory;
import io.pascaline.cli.options.CalibrationOptions;
import io.pascaline.cli.options.ImageOptions;
import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.ModelInput;
import io.pascaline.cli.options.ModelOptions;
import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.options.RunOptions;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.options.SuiteChoice;
import io.pascaline.cli.options.SuiteOptions;
import io.pascaline.cli.options.VisibilityNames;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.Figures;
import io.pascaline.cli.output.Notes;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.cli.output.ProgressLine;
import io.pascaline.cli.run.AnswerRows;
import io.pascaline.cli.run.AnswerTable;
import io.pascaline.cli.run.ApproximationReport;
import io.pascaline.cli.run.ClosedAtExit;
import io.pascaline.cli.run.Deployment;
import io.pascaline.cli.run.Evaluation;
import io.pascaline.cli.run.InferenceReport;
import io.pascaline.cli.run.PlainReference;
import io.pascaline.cli.run.RangeNotes;
import io.pascaline.cli.run.SuiteFigures;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.Visibility;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Private inference with all roles in one process. */
@Command(
    name = "infer",
    description = {
      "Classify images privately, with all roles in this process, and report accuracy, cost and"
          + " speed.",
      "Without arguments: the bundled network on 1,000 bundled Fashion-MNIST images."
    })
public final class InferCommand implements Callable<Integer> {
  static final Deployment EMBEDDED =
      Deployment.of("dealer, two parties and client in one process, Aeron IPC");
  private static final Deployment CLIENT_AS_PARTY =
      Deployment.ofClientAsParty("dealer, party 0 and client as party 1 in one process, Aeron IPC");

  @Mixin private SharedOptions shared;
  @Mixin private ModelOptions modelOptions;
  @Mixin private ImageOptions images;
  @Mixin private CalibrationOptions calibration;
  @Mixin private SuiteOptions suite;
  @Mixin private RunOptions run;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL.onnx|DIR",
      description =
          "The network, or the folder of 'share' with both shares (default: the bundled network).")
  private Path model;

  @Option(
      names = "--client-as-party",
      description =
          "Let the client be party 1 itself; for --visibility owned. A client that deviates can then"
              + " learn weights from its answers.")
  private boolean clientAsParty;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public InferCommand() {}

  @Override
  public Integer call() {
    Notes notes = new Notes(spec.commandLine().getErr(), shared.quiet());
    Path modelAmongImages = images.takeModel();
    run.requireValid(spec.commandLine().getOut());
    Path given = model == null ? modelAmongImages : model;
    if (ShareFolder.isOne(given)) {
      inferShares(ShareFolder.open(given), notes);
    } else {
      inferModel(modelOptions.load(given), notes);
    }
    return 0;
  }

  /** Runs a network that share has compiled; its model in plaintext is not in the folder. */
  private void inferShares(ShareFolder folder, Notes notes) {
    suite.requireVisibilityOf(folder.network().plan());
    ModelInput input = images.normalised(folder.input());
    try (NetworkInputs inputs = images.open(input)) {
      inputs.notes().forEach(notes::say);
      PlainReference none = PlainReference.none("no plaintext model in a folder of shares");
      evaluate(folder.network(), inputs, input.classLabels(), () -> List.of(none), notes);
    }
  }

  /** Compiles a model and runs it, privately and in plaintext. */
  private void inferModel(LoadedModel loaded, Notes notes) {
    SuiteChoice choice = suite.choose(loaded.graph());
    choice.note().ifPresent(notes::say);
    ModelInput input = images.normalised(loaded.input());
    try (NetworkInputs inputs = images.open(input)) {
      inputs.notes().forEach(notes::say);
      CalibrationOptions.Inputs typical =
          calibration.forRun(loaded, input, inputs, images.resize());
      CompiledNetwork network = choice.compile(typical.inputs());
      if (!calibration.isKnown(loaded)) {
        notes.say("bounds come from " + typical.describe());
      }
      network.warnings().forEach(warning -> notes.say("little margin: " + warning));
      if (run.answersOnly()) {
        RangeNotes.rounding(network, choice.graph(), typical.inputs()).ifPresent(notes::say);
      }
      ApproximationReport.summary(network).ifPresent(notes::say);
      evaluate(
          network,
          inputs,
          input.classLabels(),
          () ->
              run.answersOnly()
                  ? List.of(PlainReference.none("not compared (--answer-only)"))
                  : PlainReference.of(loaded, choice, network, inputs),
          notes);
    }
  }

  /** Runs all inputs through a network, compares the answers, and reports. */
  private void evaluate(
      CompiledNetwork network,
      NetworkInputs inputs,
      List<String> classLabels,
      Supplier<List<PlainReference>> references,
      Notes notes) {
    Evaluation evaluation = prepare(network, inputs, classLabels, references);
    Optional<OutputFile> json = run.json(spec.commandLine().getOut());
    PrintWriter out = OutputFile.report(json, spec.commandLine().getOut(), notes.err());
    InferenceReport report = runPrivately(network, evaluation, evaluation.table(out), notes);
    if (run.answersOnly()) {
      RangeNotes.say(notes, report);
    } else {
      RangeNotes.say(notes, network, inputs, report.score(), report.computed().score());
    }
    Evaluation.publish(
        report,
        run.answersOnly() ? Optional.empty() : Optional.of(out),
        json,
        run.output(spec.commandLine().getOut()));
  }

  /** Checks roles and memory, runs the plaintext network, and then checks the inputs. */
  private Evaluation prepare(
      CompiledNetwork network,
      NetworkInputs inputs,
      List<String> classLabels,
      Supplier<List<PlainReference>> references) {
    requireOwned(network.plan());
    RoleMemory.shared(network.plan(), embedded(run.settings()).runtime());
    Evaluation evaluation =
        new Evaluation(
            network.plan().name(),
            network.plan(),
            run.task(network.plan()),
            inputs,
            inputs.classNames().isEmpty() ? classLabels : inputs.classNames(),
            references.get(),
            SuiteFigures.of(network),
            clientAsParty ? CLIENT_AS_PARTY : EMBEDDED);
    if (run.refusesOutOfRange()) {
      evaluation.requireInRange();
    }
    return evaluation;
  }

  /** Runs the private network and prints answers, but none of a run that is refused. */
  private InferenceReport runPrivately(
      CompiledNetwork network, Evaluation evaluation, AnswerTable table, Notes notes) {
    RunSettings settings = run.settings();
    EmbeddedInference service = EmbeddedInference.start(network, embedded(settings));
    int kept = service.precomputedCorrelations();
    memoryNote(kept, settings).ifPresent(notes::say);
    boolean refuses = run.refusesOutOfRange();
    boolean atOnce = run.answersOnly() && !refuses;
    Optional<OutputFile> answers =
        refuses ? Optional.empty() : run.output(spec.commandLine().getOut());
    int count = evaluation.inputs().count();
    InferenceReport report;
    try (ClosedAtExit<InferenceService> running = ClosedAtExit.of(service, () -> {});
        AnswerRows rows = evaluation.rows(answers);
        ProgressLine progress = ProgressLine.show("inferring", count, shared.quiet())) {
      report =
          evaluation.run(
              running.service(),
              settings.within(kept),
              progress,
              rows.and(atOnce ? table::print : table::keepFirst));
    }
    if (refuses) {
      Evaluation.requireInRange(report);
    }
    if (!atOnce) {
      table.printFirst();
    }
    return report;
  }

  private void requireOwned(NetworkPlan plan) {
    if (clientAsParty && plan.visibility() != Visibility.OWNED) {
      throw new CommandFault(
          "--client-as-party: the weights of the model are "
              + VisibilityNames.label(plan.visibility())
              + ", and a client can be party 1 only if party 0 owns them",
          "give --visibility owned, or run share again with it");
    }
  }

  private static Optional<String> memoryNote(int kept, RunSettings settings) {
    if (kept >= settings.precomputedCorrelations()) {
      return Optional.empty();
    }
    return Optional.of(
        (kept == 0
                ? "memory is too small to precompute a whole inference, so layers are streamed"
                : "memory is enough to precompute "
                    + Figures.plural(kept, "inference")
                    + " instead of "
                    + settings.precomputedCorrelations())
            + "; PASCALINE_JAVA_OPTS=-Xmx... gives more");
  }

  private EmbeddedSettings embedded(RunSettings settings) {
    int usual = EmbeddedSettings.defaults().runtime().maxSessions();
    return EmbeddedSettings.builder()
        .precomputedCorrelations(settings.precomputedCorrelations())
        .memoryBytes(run.memoryBytes())
        .maxSessions(
            Math.min(
                PartyLimits.MAX_COUNT, Math.max(usual, settings.inFlight() * settings.batch())))
        .maxBatch(settings.batch())
        .requestTimeout(settings.timeout())
        .clientAsParty(clientAsParty)
        .build();
  }
}
