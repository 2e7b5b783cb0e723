// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.actors.InferenceResult;
import io.pascaline.actors.InferenceService;
import io.pascaline.actors.ServiceStatistics;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.plan.RangeViolation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/**
 * Sends images through a private network and measures: first a few one at a time with correlations
 * at hand (online latency), then the others with several under way (throughput).
 */
public final class PrivateRun {
  private final InferenceService service;
  private final IntFunction<float[]> inputs;
  private final int count;
  private final RunSettings settings;
  private final Runnable progress;

  private final float[][] logits;
  private final List<List<RangeViolation>> warnings;
  private final Latencies latencies = new Latencies();

  /**
   * What a run brings.
   *
   * @param logits by image
   * @param warnings what is out of the plan's range, by image
   * @param latencies online latencies of the images that were run one at a time
   * @param throughputPerSecond images per second of the last phase
   * @param throughputInFlight how many were under way then
   * @param before counters before the first measured image
   * @param after counters after the last
   */
  public record Outcome(
      float[][] logits,
      List<List<RangeViolation>> warnings,
      Latencies latencies,
      double throughputPerSecond,
      int throughputInFlight,
      ServiceStatistics before,
      ServiceStatistics after) {}

  /**
   * Prepares a run.
   *
   * @param service the private network
   * @param inputs the input of an image, asked for once per image in order (and for the warm-up)
   * @param count number of images
   * @param settings how to measure
   * @param progress told of each image
   */
  public PrivateRun(
      InferenceService service,
      IntFunction<float[]> inputs,
      int count,
      RunSettings settings,
      Runnable progress) {
    this.service = service;
    this.inputs = inputs;
    this.count = count;
    this.settings = settings;
    this.progress = progress;
    this.logits = new float[count][];
    this.warnings = new ArrayList<>(Collections.nCopies(count, List.of()));
  }

  /**
   * Runs all images.
   *
   * @return the answers and figures
   * @throws CommandFault if an inference fails or takes too long
   */
  public Outcome run() {
    warmUp();
    ServiceStatistics before = service.statistics();
    int oneByOne = Math.min(count, settings.latencyCount());
    long startNs = System.nanoTime();
    for (int i = 0; i < oneByOne; i++) {
      keep(i, oneAlone(i));
    }
    double seconds = secondsSince(startNs);
    int pipelined = count - oneByOne;
    if (pipelined > 0) {
      startNs = System.nanoTime();
      runPipelined(oneByOne);
      seconds = secondsSince(startNs);
    }
    return new Outcome(
        logits,
        List.copyOf(warnings),
        latencies,
        (pipelined > 0 ? pipelined : oneByOne) / seconds,
        pipelined > 0 ? settings.inFlight() : 1,
        before,
        service.statistics());
  }

  private void warmUp() {
    long deadlineNs = System.nanoTime() + settings.warmUpTime().toNanos();
    // As many as it takes the compiler of a small network, whatever the number of images.
    for (int i = 0; i < settings.warmUpCount() && System.nanoTime() < deadlineNs; i++) {
      oneAlone(i % count);
    }
  }

  private InferenceResult oneAlone(int index) {
    await(
        service.ready(settings.precomputedCorrelations(), settings.timeout()).toCompletableFuture(),
        "correlations");
    return await(service.infer(inputs.apply(index)).toCompletableFuture(), "image " + index);
  }

  private void keep(int index, InferenceResult result) {
    latencies.add(result.onlineLatencyNs());
    keepAnswer(index, result);
  }

  private void keepAnswer(int index, InferenceResult result) {
    logits[index] = result.logits();
    warnings.set(index, result.warnings());
    progress.run();
  }

  private void runPipelined(int first) {
    ArrayDeque<CompletableFuture<InferenceResult>> inFlight = new ArrayDeque<>();
    int next = first;
    for (int done = first; done < count; done++) {
      while (next < count && inFlight.size() < settings.inFlight()) {
        inFlight.add(service.infer(inputs.apply(next)).toCompletableFuture());
        next++;
      }
      keepAnswer(done, await(inFlight.remove(), "image " + done));
    }
  }

  private <T> T await(CompletableFuture<T> answer, String what) {
    try {
      return answer.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw late(what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFault("interrupted while waiting for " + what, "start it again", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw late(what, e);
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }

  private CommandFault late(String what, Exception e) {
    return new CommandFault(
        what + " got no answer within " + settings.timeout().toSeconds() + " s",
        "give it more time with --timeout, or check that dealer and both parties are up",
        e);
  }

  private static double secondsSince(long startNs) {
    return (System.nanoTime() - startNs) / (double) TimeUnit.SECONDS.toNanos(1);
  }
}
