// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.cli.bench.BenchReport;
import io.pascaline.cli.bench.BenchRun;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Where the time of a private inference goes. */
@Command(
    name = "bench",
    description = {
      "Run inferences one at a time, with all roles in this process, and divide their time into",
      "arithmetic, messages, thread hand-overs, waiting and garbage collection. Each image also",
      "runs on ONNX Runtime, on one thread and on all cores, in turn with the private inference."
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int MAX_INFERENCES = 1_000_000;
  private static final int MAX_IN_FLIGHT = 1_024;
  private static final int MIN_AHEAD = 8;

  @Mixin private SharedOptions shared;
  @Mixin private ModelOptions modelOptions;
  @Mixin private ImageOptions images;
  @Mixin private CalibrationOptions calibration;
  @Mixin private SuiteOptions suite;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL.onnx",
      description = "The network (default: the bundled network).")
  private Path model;

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
    Path last = images.takeModel();
    LoadedModel loaded = modelOptions.load(model == null ? last : model);
    SuiteChoice choice = suite.choose(loaded.graph());
    choice.note().ifPresent(notes::say);
    ModelInput input = images.normalised(loaded.input());
    try (NetworkInputs inputs = images.open(input)) {
      inputs.notes().forEach(notes::say);
      CompiledNetwork network =
          choice.compile(calibration.forRun(loaded, input, inputs, images.resize()).inputs());
      BenchReport report = measure(loaded, network, inputs, settings);
      report.print(OutputFile.report(file, out, notes.err()));
      file.ifPresent(target -> target.writeJson(report.toJson(new ObjectMapper())));
    }
    return 0;
  }

  private BenchReport measure(
      LoadedModel loaded, CompiledNetwork network, NetworkInputs inputs, RunSettings settings) {
    Optional<OnnxRuntimeBaseline> oneThread = baseline(loaded, 1);
    Optional<OnnxRuntimeBaseline> allThreads = baseline(loaded, 0);
    EmbeddedInference service = EmbeddedInference.start(network, embedded(settings));
    try (ClosedAtExit<EmbeddedInference> running = ClosedAtExit.of(service, () -> {});
        ProgressLine progress =
            ProgressLine.show("measuring", settings.latencyCount(), shared.quiet())) {
      return new BenchRun(
              running.service(),
              network,
              inputs,
              settings.within(service.precomputedCorrelations()),
              List.of(oneThread, allThreads),
              progress)
          .run(recording, simulated);
    } finally {
      oneThread.ifPresent(OnnxRuntimeBaseline::close);
      allThreads.ifPresent(OnnxRuntimeBaseline::close);
    }
  }

  private static Optional<OnnxRuntimeBaseline> baseline(LoadedModel loaded, int threadCount) {
    return OnnxRuntimeBaseline.openWith(loaded.onnx(), threadCount, loaded.inputDims()).baseline();
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
        Math.max(MIN_AHEAD, 2 * inFlight),
        inFlight,
        1,
        Duration.ofSeconds(timeoutSeconds));
  }

  private static void require(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new CommandFault(
          option + " " + value + " is out of range", "give a number from " + least + " to " + most);
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
