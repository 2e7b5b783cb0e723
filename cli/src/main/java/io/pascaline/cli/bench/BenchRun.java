// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.compute.TaskEvent;
import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.ProgressLine;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jdk.jfr.Recording;

/**
 * Measures one network: inferences one at a time, each followed by the same image on ONNX Runtime,
 * while the Flight Recorder notes what the roles do; then several inferences in flight.
 */
public final class BenchRun {
  private static final double NS_PER_SECOND = 1e9;
  private static final long CALIBRATION_MS = 2_000;

  private final EmbeddedInference service;
  private final CompiledNetwork network;
  private final NetworkInputs inputs;
  private final RunSettings settings;
  private final List<Optional<OnnxRuntimeBaseline>> baselines;
  private final ProgressLine progress;

  /**
   * Prepares a run.
   *
   * @param service the private network, which nobody else asks
   * @param network what it runs
   * @param inputs the images, taken in turn
   * @param settings how many inferences, and how long one may take
   * @param baselines ONNX Runtime on one thread and on all cores, where it takes the network
   * @param progress told of each measured inference
   */
  public BenchRun(
      EmbeddedInference service,
      CompiledNetwork network,
      NetworkInputs inputs,
      RunSettings settings,
      List<Optional<OnnxRuntimeBaseline>> baselines,
      ProgressLine progress) {
    this.service = service;
    this.network = network;
    this.inputs = inputs;
    this.settings = settings;
    this.baselines = List.copyOf(baselines);
    this.progress = progress;
  }

  /**
   * Measures.
   *
   * @param keptOrNull where the recording is to stay, or null to delete it
   * @param simulated whether the simulator's cost model is asked as well
   * @return the figures
   */
  public BenchReport run(Path keptOrNull, boolean simulated) {
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
          baselines.get(k).ifPresent(baseline -> into.add(timed(() -> baseline.run(input))));
        }
        latencies.add(infer(input));
        progress.onImage();
      }
      recording.stop();
      recording.dump(file);
      InferenceRecording recorded = InferenceRecording.read(file, network.plan());
      List<Breakdown> inferences = recorded.breakdowns();
      if (inferences.size() != settings.latencyCount()) {
        throw new IllegalStateException(
            inferences.size() + " of " + settings.latencyCount() + " inferences were recorded");
      }
      return new BenchReport(
          network.plan().name(),
          network.plan().visibility(),
          latencies,
          Breakdown.middleHalf(inferences),
          Breakdown.slowest(inferences),
          simulated ? SimulatedTimeline.of(network, inputs.apply(0), CALIBRATION_MS) : null,
          plaintext.get(0),
          plaintext.get(1),
          throughput(),
          settings.inFlight(),
          (double) recorded.allocatedBytes() / settings.latencyCount());
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
      baselines.forEach(baseline -> baseline.ifPresent(network -> network.run(input)));
      awaitCorrelations();
      infer(input);
    }
  }

  private void awaitCorrelations() {
    int awaited = settings.precomputedCorrelations();
    Duration timeout = settings.timeout().multipliedBy(awaited);
    await(service.ready(awaited, timeout).toCompletableFuture(), timeout);
  }

  /** Returns the latency of one inference, while no other runs. */
  private long infer(float[] input) {
    return timed(
        () -> {
          InferenceEvent event = new InferenceEvent();
          event.begin();
          await(service.infer(input).toCompletableFuture(), settings.timeout());
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
        await(inFlight.remove(), settings.timeout());
      }
      inFlight.add(service.infer(inputs.apply(i % inputs.count())).toCompletableFuture());
    }
    inFlight.forEach(answer -> await(answer, settings.timeout()));
    return settings.latencyCount() / ((System.nanoTime() - startNs) / NS_PER_SECOND);
  }

  private static void await(CompletableFuture<?> answer, Duration timeout) {
    try {
      answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new CommandFault(
          "an inference got no answer within " + timeout.toSeconds() + " s",
          "give it more time with --timeout",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFault("interrupted while measuring", "start it again", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }
}
