// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.api.ServiceStatistics;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.plan.RangeViolation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/**
 * Sends images through a private network and measures: first a few one at a time with correlations
 * precomputed (online latency), then the others with several in flight (throughput).
 */
public final class PrivateRun {
  private final InferenceService service;
  private final IntFunction<float[]> inputs;
  private final int count;
  private final RunSettings settings;
  private final Answers answers;

  private final float[][] logits;
  private final List<List<RangeViolation>> warnings;
  private final Latencies latencies = new Latencies();
  private int answered;
  private int answeredBefore;

  /**
   * What a run brings.
   *
   * @param logits by image; null for those without an answer
   * @param warnings what is out of the plan's range, by image
   * @param latencies online latencies of the images that were run one at a time
   * @param throughputPerSecond images per second of the last phase
   * @param throughputInFlight how many were in flight then
   * @param before counters before the first measured image
   * @param after counters after the last
   * @param failure what ended the run before all images were answered
   */
  public record Outcome(
      float[][] logits,
      List<List<RangeViolation>> warnings,
      Latencies latencies,
      double throughputPerSecond,
      int throughputInFlight,
      ServiceStatistics before,
      ServiceStatistics after,
      Optional<RuntimeException> failure) {}

  /** Told of each answer when it is there, on the run's thread. */
  @FunctionalInterface
  public interface Answers {
    /**
     * An image is answered.
     *
     * @param image its index
     * @param logits the answer
     */
    void onAnswer(int image, float[] logits);
  }

  /**
   * Prepares a run.
   *
   * @param service the private network
   * @param inputs the input of an image, asked for once per image in order (and for the warm-up)
   * @param count number of images
   * @param settings how to measure
   * @param answers told of each answer
   */
  public PrivateRun(
      InferenceService service,
      IntFunction<float[]> inputs,
      int count,
      RunSettings settings,
      Answers answers) {
    this.service = service;
    this.inputs = inputs;
    this.count = count;
    this.settings = settings;
    this.answers = answers;
    this.logits = new float[count][];
    this.warnings = new ArrayList<>(Collections.nCopies(count, List.of()));
  }

  /**
   * Runs all images, until one fails: what was answered before is not lost.
   *
   * @return the answers and figures
   * @throws RuntimeException if nothing was answered; the cause of the failure
   */
  public Outcome run() {
    warmUp();
    ServiceStatistics before = service.statistics();
    int oneByOne = Math.min(count, settings.latencyCount());
    boolean pipelined = count > oneByOne;
    long startNs = System.nanoTime();
    RuntimeException failure = null;
    try {
      for (int i = 0; i < oneByOne; i++) {
        InferenceResult result = oneAlone(i);
        latencies.add(result.onlineLatencyNs());
        keep(i, result);
      }
      if (pipelined) {
        startNs = System.nanoTime();
        answeredBefore = answered;
        runPipelined(oneByOne);
      }
    } catch (RuntimeException e) {
      if (answered == 0) {
        throw e;
      }
      failure = e;
    }
    double seconds = secondsSince(startNs);
    return new Outcome(
        logits,
        List.copyOf(warnings),
        latencies,
        (answered - answeredBefore) / seconds,
        pipelined ? settings.inFlight() : 1,
        before,
        service.statistics(),
        Optional.ofNullable(failure));
  }

  private void warmUp() {
    long deadlineNs = System.nanoTime() + settings.warmUpTime().toNanos();
    // As many as it takes the compiler of a small network, whatever the number of images.
    for (int i = 0; i < settings.warmUpCount() && System.nanoTime() < deadlineNs; i++) {
      oneAlone(i % count);
    }
  }

  private InferenceResult oneAlone(int index) {
    // The time is one inference's, and this many may still have to be dealt for.
    int awaited = settings.precomputedCorrelations();
    Duration timeout = settings.timeout().multipliedBy(awaited);
    await(service.ready(awaited, timeout).toCompletableFuture(), "correlations", timeout);
    return await(service.infer(inputs.apply(index)).toCompletableFuture(), "image " + index);
  }

  private <T> T await(CompletableFuture<T> answer, String what) {
    return await(answer, what, settings.timeout());
  }

  private void keep(int index, InferenceResult result) {
    logits[index] = result.logits();
    warnings.set(index, result.warnings());
    answered++;
    answers.onAnswer(index, logits[index]);
  }

  private void runPipelined(int first) {
    ArrayDeque<CompletableFuture<InferenceResult>> inFlight = new ArrayDeque<>();
    int next = first;
    // The image of the oldest in flight, whatever throws.
    int oldest = first;
    try {
      while (oldest < count) {
        while (next < count && inFlight.size() < settings.inFlight()) {
          inFlight.add(service.infer(inputs.apply(next)).toCompletableFuture());
          next++;
        }
        CompletableFuture<InferenceResult> answer = inFlight.remove();
        int image = oldest++;
        keep(image, await(answer, "image " + image));
      }
    } catch (RuntimeException e) {
      // Later images may have their answers already.
      for (CompletableFuture<InferenceResult> later : inFlight) {
        int image = oldest++;
        if (later.isDone() && !later.isCompletedExceptionally()) {
          keep(image, later.join());
        }
      }
      throw e;
    }
  }

  private static <T> T await(CompletableFuture<T> answer, String what, Duration timeout) {
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw late(what, timeout, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFault("interrupted while waiting for " + what, "start it again", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw late(what, timeout, e);
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }

  private static CommandFault late(String what, Duration timeout, Exception e) {
    return new CommandFault(
        what + " got no answer within " + timeout.toSeconds() + " s",
        "give it more time with --timeout, or check that dealer and both parties are up",
        e);
  }

  private static double secondsSince(long startNs) {
    return (System.nanoTime() - startNs) / (double) TimeUnit.SECONDS.toNanos(1);
  }
}
