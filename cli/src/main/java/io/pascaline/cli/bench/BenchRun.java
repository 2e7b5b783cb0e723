// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.compute.TaskEvent;
import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.ProgressLine;
import io.pascaline.cli.run.AwaitedAnswer;
import io.pascaline.cli.run.Latencies;
import io.pascaline.cli.run.OnnxRuntimeBaseline;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.transport.trace.MessageDecoded;
import io.pascaline.transport.trace.MessageEncoded;
import io.pascaline.transport.trace.MessageQueued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import jdk.jfr.Recording;

/**
 * Measures one network: inferences one at a time, each after the same image on ONNX Runtime, while
 * the Flight Recorder notes what the roles of this process do; then several inferences in flight.
 */
public final class BenchRun {
  private static final double NS_PER_SECOND = 1e9;
  private static final long CALIBRATION_MS = 2_000;
  private static final String INFERENCE = "an inference";

  private final InferenceService service;
  private final BenchSubject subject;
  private final NetworkInputs inputs;
  private final RunSettings settings;
  private final List<OnnxRuntimeBaseline.Opening> baselines;
  private final ProgressLine progress;

  /**
   * Prepares a run.
   *
   * @param service the private network, which nobody else asks
   * @param subject what it runs, and where
   * @param inputs the images, taken in turn
   * @param settings how many inferences, and how long one may take
   * @param baselines ONNX Runtime on one thread and on all cores, or why it is left out
   * @param progress told of each measured inference
   */
  public BenchRun(
      InferenceService service,
      BenchSubject subject,
      NetworkInputs inputs,
      RunSettings settings,
      List<OnnxRuntimeBaseline.Opening> baselines,
      ProgressLine progress) {
    this.service = service;
    this.subject = subject;
    this.inputs = inputs;
    this.settings = settings;
    this.baselines = List.copyOf(baselines);
    this.progress = progress;
  }

  /**
   * Measures.
   *
   * @param keptOrNull where the recording is to stay, or null to delete it
   * @param simulated the network of which the simulator's cost model is asked as well
   * @return the figures
   */
  public BenchReport run(Path keptOrNull, Optional<CompiledNetwork> simulated) {
    warmUp();
    Latencies latencies = new Latencies();
    List<Latencies> plaintext = baselines.stream().map(baseline -> new Latencies()).toList();
    Path file = file(keptOrNull);
    try (Recording recording = recording()) {
      recording.start();
      for (int i = 0; i < settings.latencyCount(); i++) {
        float[] input = inputs.apply(i % inputs.count());
        // The dealer would take the cores from ONNX Runtime while it replaces what was used.
        awaitCorrelations();
        for (int k = 0; k < baselines.size(); k++) {
          Latencies into = plaintext.get(k);
          boolean allCores = k > 0;
          baselines
              .get(k)
              .baseline()
              .ifPresent(baseline -> into.add(plaintext(baseline, input, allCores)));
        }
        latencies.add(infer(input));
        progress.onImage();
      }
      recording.stop();
      recording.dump(file);
      InferenceRecording recorded = InferenceRecording.read(file);
      List<Breakdown> inferences = recorded.breakdowns(subject.timeline());
      if (inferences.size() != settings.latencyCount()) {
        throw new IllegalStateException(
            inferences.size() + " of " + settings.latencyCount() + " inferences were recorded");
      }
      return new BenchReport(
          subject,
          latencies,
          Breakdown.middleHalf(inferences),
          Breakdown.slowest(inferences),
          simulated
              .map(network -> SimulatedTimeline.of(network, inputs.apply(0), CALIBRATION_MS))
              .orElse(null),
          plaintext.get(0),
          plaintext.get(1),
          baselines.get(0).refusal(),
          new BenchReport.Throughput(throughput(), settings.inFlight()),
          (double) recorded.allocatedBytes() / settings.latencyCount(),
          null);
    } catch (IOException e) {
      throw new CommandFault(
          "the recording " + file + " cannot be written or read (" + e.getMessage() + ")",
          "check the folder's permissions and free space",
          e);
    } finally {
      if (keptOrNull == null) {
        delete(file);
      }
    }
  }

  private static Path file(Path keptOrNull) {
    try {
      return keptOrNull == null ? Files.createTempFile("pascaline", ".jfr") : keptOrNull;
    } catch (IOException e) {
      throw new CommandFault(
          "no recording can be made in the temporary folder (" + e.getMessage() + ")",
          "name a file with --recording",
          e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
  }

  private static Recording recording() {
    Recording recording = new Recording();
    for (String event :
        List.of(
            InferenceEvent.NAME,
            PlaintextEvent.NAME,
            TaskEvent.NAME,
            MessageQueued.NAME,
            MessageEncoded.NAME,
            MessageDecoded.NAME,
            InferenceRecording.PAUSE)) {
      recording.enable(event).withoutThreshold().withoutStackTrace();
    }
    recording.enable(InferenceRecording.ALLOCATION).with("period", "everyChunk");
    return recording;
  }

  private void warmUp() {
    long deadlineNs = System.nanoTime() + settings.warmUpTime().toNanos();
    for (int i = 0; i < settings.warmUpCount() && System.nanoTime() < deadlineNs; i++) {
      float[] input = inputs.apply(i % inputs.count());
      baselines.forEach(opening -> opening.baseline().ifPresent(network -> network.run(input)));
      awaitCorrelations();
      infer(input);
    }
  }

  private void awaitCorrelations() {
    int awaited = settings.precomputedCorrelations();
    Duration timeout = settings.timeout().multipliedBy(awaited);
    AwaitedAnswer.of(service.ready(awaited, timeout), "correlations", timeout);
  }

  /** Returns the latency of one inference, while no other runs. */
  private long infer(float[] input) {
    return timed(
        () -> {
          InferenceEvent event = new InferenceEvent();
          event.begin();
          AwaitedAnswer.of(service.infer(input), INFERENCE, settings.timeout());
          event.commit();
        });
  }

  /** Returns the latency of one image on ONNX Runtime. */
  private static long plaintext(OnnxRuntimeBaseline baseline, float[] input, boolean allCores) {
    return timed(
        () -> {
          PlaintextEvent event = new PlaintextEvent();
          event.allCores = allCores;
          event.begin();
          baseline.run(input);
          event.commit();
        });
  }

  private static long timed(Runnable task) {
    long startNs = System.nanoTime();
    task.run();
    return System.nanoTime() - startNs;
  }

  /** Returns inferences per second with several in flight; their dealing is included. */
  private double throughput() {
    ArrayDeque<CompletableFuture<?>> inFlight = new ArrayDeque<>();
    long startNs = System.nanoTime();
    for (int i = 0; i < settings.latencyCount(); i++) {
      if (inFlight.size() == settings.inFlight()) {
        AwaitedAnswer.of(inFlight.remove(), INFERENCE, settings.timeout());
      }
      inFlight.add(service.infer(inputs.apply(i % inputs.count())).toCompletableFuture());
    }
    inFlight.forEach(answer -> AwaitedAnswer.of(answer, INFERENCE, settings.timeout()));
    return settings.latencyCount() / ((System.nanoTime() - startNs) / NS_PER_SECOND);
  }
}
