// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.cli.bench.BenchReport;
import io.pascaline.cli.bench.BenchRun;
import io.pascaline.cli.bench.BenchSubject;
import io.pascaline.cli.bench.BenchView;
import io.pascaline.cli.bench.JoinedBench;
import io.pascaline.cli.options.CalibrationOptions;
import io.pascaline.cli.options.ImageOptions;
import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.ModelInput;
import io.pascaline.cli.options.ModelOptions;
import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.options.SuiteChoice;
import io.pascaline.cli.options.SuiteOptions;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.Notes;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.cli.output.ProgressLine;
import io.pascaline.cli.run.ClosedAtExit;
import io.pascaline.cli.run.OnnxRuntimeBaseline;
import io.pascaline.layers.compile.CompiledNetwork;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Where the time of a private inference goes. */
@Command(
    name = "bench",
    description = {
      "Run inferences one at a time, with all roles in this process, and divide their time into",
      "arithmetic, messages, thread hand-overs, waiting and garbage collection. Each image also",
      "runs on ONNX Runtime, on one thread and on all cores, in turn with the private inference.",
      "With --config or --gateway, deployed parties run the network, and the division is what a",
      "client sees.",
      "With --recordings, recordings of the parties divide the client's wait for them, too."
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int MAX_INFERENCES = 1_000_000;
  private static final int MAX_IN_FLIGHT = 1_024;
  private static final int MIN_AHEAD = 8;
  private static final int RECORDING_COUNT = 3;

  /** The other options of a command that only reads recordings. */
  private static final Set<String> WITH_RECORDINGS =
      Set.of("--recordings", "--config", "--json", "--quiet", "--verbose");

  @Mixin private SharedOptions shared;
  @Mixin private ModelOptions modelOptions;
  @Mixin private ImageOptions images;
  @Mixin private CalibrationOptions calibration;
  @Mixin private SuiteOptions suite;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL.onnx",
      description =
          "The network (default: the bundled network). With --config or --gateway: the network in"
              + " plaintext, for ONNX Runtime ('bundled': the bundled network; default: none).")
  private Path model;

  @ArgGroup private Where where;

  @Option(
      names = "--inferences",
      paramLabel = "N",
      defaultValue = "200",
      description = "Inferences to measure; images are taken in turn (default: 200).")
  private int inferences;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long to run before measuring (default: 10).")
  private int warmUpSeconds;

  @Option(
      names = "--in-flight",
      paramLabel = "K",
      defaultValue = "4",
      description = "Inferences in flight at once for the throughput (default: 4).")
  private int inFlight;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long one inference may take (default: 60).")
  private int timeoutSeconds;

  @Option(
      names = "--recording",
      paramLabel = "FILE",
      description =
          "Keep the recording of the Flight Recorder, which JDK Mission Control and 'jfr print'"
              + " read. It has times, layers and sizes, but no inputs or weights.")
  private Path recording;

  @Option(
      names = "--recordings",
      split = ",",
      paramLabel = "CLIENT,PARTY0,PARTY1",
      description =
          "Measure nothing: divide the inferences of an earlier run with --config and --recording"
              + " by what the client and both parties have recorded meanwhile.")
  private List<Path> recordings;

  @Option(
      names = "--simulate",
      description =
          "Also print the breakdown that the simulator's cost model predicts, with rates that are"
              + " measured now.")
  private boolean simulated;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write every figure as JSON to FILE; - is the standard output.")
  private Path json;

  @Spec private CommandSpec spec;

  /** Filled by picocli. */
  private static final class Where {
    @Option(
        names = "--config",
        required = true,
        paramLabel = "FILE",
        description =
            "Measure deployed parties, as a client with these settings; a sample is"
                + " docs/samples/client.conf.")
    private Path config;

    @ArgGroup(exclusive = false)
    private GatewayParties gateways;
  }

  /** For picocli. */
  public BenchCommand() {}

  @Override
  public Integer call() {
    Notes notes = new Notes(spec.commandLine().getErr(), shared.quiet());
    PrintWriter out = spec.commandLine().getOut();
    RunSettings settings = settings();
    Optional<OutputFile> file = OutputFile.of("--json", json, out);
    file.ifPresent(OutputFile::requireWritable);
    OutputFile.of("--recording", recording, out).ifPresent(OutputFile::requireWritable);
    BenchReport report = recordings == null ? measured(settings, notes) : joined(settings, notes);
    report.print(OutputFile.report(file, out, notes.err()));
    file.ifPresent(target -> target.writeJson(report.toJson(new ObjectMapper())));
    return 0;
  }

  private BenchReport measured(RunSettings settings, Notes notes) {
    Path last = images.takeModel();
    Path named = model == null ? last : model;
    return where == null ? embedded(named, settings, notes) : deployed(named, settings, notes);
  }

  /** Reads what an earlier run and the parties have recorded. */
  private BenchReport joined(RunSettings settings, Notes notes) {
    if (recordings.size() != RECORDING_COUNT) {
      throw new CommandFault(
          "--recordings names " + recordings.size(),
          "name those of the client, of party 0 and of party 1, as in C,P0,P1");
    }
    if (where == null || where.config == null) {
      throw new CommandFault(
          "--recordings needs the plan, which the client's settings name", "give --config FILE");
    }
    for (ArgSpec given : spec.commandLine().getParseResult().matchedArgs()) {
      boolean allowed =
          given instanceof OptionSpec option && WITH_RECORDINGS.contains(option.longestName());
      if (!allowed) {
        throw new CommandFault(
            name(given) + " is for runs, but --recordings measures nothing",
            "leave one of them out");
      }
    }
    try (RemoteParties parties = parties(settings, notes)) {
      return JoinedBench.report(
          new BenchSubject(
              parties.plan(), BenchView.RECORDED_PARTIES, parties.deployment().description()),
          recordings.get(0),
          recordings.get(1),
          recordings.get(2));
    }
  }

  private static String name(ArgSpec given) {
    return given instanceof OptionSpec option ? option.longestName() : given.paramLabel();
  }

  /** Measures all roles in this process. */
  private BenchReport embedded(Path named, RunSettings settings, Notes notes) {
    LoadedModel loaded = modelOptions.load(named);
    SuiteChoice choice = suite.choose(loaded.graph());
    choice.note().ifPresent(notes::say);
    ModelInput input = images.normalised(loaded.input());
    try (NetworkInputs inputs = images.open(input)) {
      inputs.notes().forEach(notes::say);
      CompiledNetwork network =
          choice.compile(calibration.forRun(loaded, input, inputs, images.resize()).inputs());
      EmbeddedInference service = EmbeddedInference.start(network, embedded(settings));
      return measure(
          service,
          new BenchSubject(
              network.plan(), BenchView.ALL_ROLES, InferCommand.EMBEDDED.description()),
          inputs,
          settings.within(service.precomputedCorrelations()),
          Optional.of(loaded),
          simulated ? Optional.of(network) : Optional.empty());
    }
  }

  /** Measures deployed parties, from their client. */
  private BenchReport deployed(Path named, RunSettings settings, Notes notes) {
    refuseWhatThePlanDecides();
    try (RemoteParties parties = parties(settings, notes)) {
      Optional<LoadedModel> loaded =
          Optional.ofNullable(named)
              .map(path -> parties.plaintext(modelOptions, path.toString(), "the model"));
      try (NetworkInputs inputs = images.open(images.normalised(parties.input()))) {
        inputs.notes().forEach(notes::say);
        return measure(
            parties.connect(),
            new BenchSubject(parties.plan(), BenchView.CLIENT, parties.deployment().description()),
            inputs,
            settings,
            loaded,
            Optional.empty());
      }
    }
  }

  private RemoteParties parties(RunSettings settings, Notes notes) {
    if (where.config == null) {
      return where.gateways.ask(settings.timeout(), RetryPolicy.never(), Optional.empty());
    }
    return RemoteParties.read(
        where.config, settings.timeout(), RetryPolicy.never(), notes, Optional.empty());
  }

  /** The network of deployed parties is compiled, and a client has not what the simulator needs. */
  private void refuseWhatThePlanDecides() {
    for (String mixin : List.of("suite", "calibration")) {
      for (OptionSpec option : spec.mixins().get(mixin).options()) {
        refuseDeployed(option.longestName());
      }
    }
    refuseDeployed("--simulate");
  }

  private void refuseDeployed(String option) {
    if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
      throw new CommandFault(
          option
              + " is for networks that run in this process, but "
              + (where.config == null ? "--gateway" : "--config")
              + " is given",
          "leave one of them out");
    }
  }

  private BenchReport measure(
      InferenceService service,
      BenchSubject subject,
      NetworkInputs inputs,
      RunSettings settings,
      Optional<LoadedModel> loaded,
      Optional<CompiledNetwork> simulatedNetwork) {
    List<OnnxRuntimeBaseline.Opening> baselines = new ArrayList<>();
    try (ClosedAtExit<InferenceService> running = ClosedAtExit.of(service, () -> {});
        ProgressLine progress =
            ProgressLine.show("measuring", settings.latencyCount(), shared.quiet())) {
      // One thread, and one per core.
      for (int threadCount : new int[] {1, 0}) {
        baselines.add(baseline(loaded, threadCount));
      }
      return new BenchRun(running.service(), subject, inputs, settings, baselines, progress)
          .run(recording, simulatedNetwork);
    } finally {
      baselines.forEach(opening -> opening.baseline().ifPresent(OnnxRuntimeBaseline::close));
    }
  }

  private static OnnxRuntimeBaseline.Opening baseline(
      Optional<LoadedModel> loaded, int threadCount) {
    return loaded
        .map(model -> OnnxRuntimeBaseline.openWith(model.onnx(), threadCount, model.inputDims()))
        .orElseGet(
            () -> OnnxRuntimeBaseline.Opening.refused("no plaintext model (name MODEL.onnx)"));
  }

  private RunSettings settings() {
    require("--inferences", inferences, 1, MAX_INFERENCES);
    require("--warm-up", warmUpSeconds, 0, MAX_INFERENCES);
    require("--in-flight", inFlight, 1, MAX_IN_FLIGHT);
    require("--timeout", timeoutSeconds, 1, MAX_INFERENCES);
    return new RunSettings(
        Integer.MAX_VALUE,
        Duration.ofSeconds(warmUpSeconds),
        inferences,
        RunSettings.UNLIMITED,
        // A client cannot know what the parties have precomputed.
        where == null ? Math.max(MIN_AHEAD, 2 * inFlight) : 1,
        inFlight,
        1,
        Duration.ofSeconds(timeoutSeconds));
  }

  private static void require(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new CommandFault(
          option + " " + value + " is out of range", "give a number from " + min + " to " + max);
    }
  }

  private static EmbeddedSettings embedded(RunSettings settings) {
    int usual = EmbeddedSettings.defaults().runtime().maxSessions();
    return EmbeddedSettings.builder()
        .precomputedCorrelations(settings.precomputedCorrelations())
        .maxSessions(Math.max(usual, settings.inFlight()))
        .requestTimeout(settings.timeout())
        .build();
  }
}
