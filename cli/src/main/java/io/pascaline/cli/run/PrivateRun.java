// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.api.ServiceStatistics;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.layers.plan.RangeViolation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Sends images through a private network and measures: first a few one session at a time with
 * correlations precomputed (online latency), then the others with several sessions in flight
 * (throughput). A session carries one image, or a batch of them.
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
  private int sessions;

  /**
   * What a run brings.
   *
   * @param logits by image; null for those without an answer
   * @param warnings what is out of the plan's range, by image
   * @param latencies online latencies of the sessions that were run one at a time
   * @param throughputPerSecond images per second of the last phase
   * @param throughputInFlight how many sessions were in flight then
   * @param sessions that were answered
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
      int sessions,
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
    sessions = 0;
    ServiceStatistics before = service.statistics();
    long startNs = System.nanoTime();
    boolean pipelined = false;
    RuntimeException failure = null;
    try {
      int oneByOne = runOneByOne(startNs);
      if (oneByOne < count) {
        pipelined = true;
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
        sessions,
        before,
        service.statistics(),
        Optional.ofNullable(failure));
  }

  /** Runs images one session at a time while count and time allow; returns how many. */
  private int runOneByOne(long startNs) {
    int most = Math.min(count, settings.latencyCount());
    int least = Math.min(most, RunSettings.MIN_LATENCY_COUNT);
    long deadlineNs = startNs + settings.latencyTime().toNanos();
    int image = 0;
    while (image < most && (image < least || System.nanoTime() < deadlineNs)) {
      int batch = Math.min(settings.batch(), most - image);
      latencies.add(oneAlone(image, batch, this::keep));
      image += batch;
    }
    return image;
  }

  private void warmUp() {
    long deadlineNs = System.nanoTime() + settings.warmUpTime().toNanos();
    // As many as it takes the compiler of a small network, whatever the number of images.
    for (int i = 0; i < settings.warmUpCount() && System.nanoTime() < deadlineNs; i++) {
      oneAlone(i % count, Math.min(settings.batch(), count - i % count), (image, result) -> {});
    }
  }

  /** Told of each image of a session. */
  private interface Kept {
    void keep(int index, InferenceResult result);
  }

  /** Runs a session while no other runs, and returns its latency. */
  private long oneAlone(int first, int images, Kept kept) {
    // The time is one inference's, and this many may still have to be dealt for.
    int awaited = settings.precomputedCorrelations();
    Duration timeout = settings.timeout().multipliedBy(awaited);
    AwaitedAnswer.of(service.ready(awaited, timeout), "correlations", timeout);
    Running session = start(first, images);
    long latencyNs = 0;
    for (int image = first; image < first + images; image++) {
      InferenceResult result = session.await(image);
      latencyNs = Math.max(latencyNs, result.onlineLatencyNs());
      kept.keep(image, result);
    }
    sessions++;
    return latencyNs;
  }

  /** A session whose answers are awaited. */
  private final class Running {
    private final int first;
    private final List<CompletableFuture<InferenceResult>> answers;

    Running(int first, List<CompletableFuture<InferenceResult>> answers) {
      this.first = first;
      this.answers = answers;
    }

    InferenceResult await(int image) {
      return AwaitedAnswer.of(answers.get(image - first), "image " + image, settings.timeout());
    }

    /** Keeps what has its answer. */
    void keepAnswered() {
      for (int i = 0; i < answers.size(); i++) {
        CompletableFuture<InferenceResult> answer = answers.get(i);
        if (logits[first + i] == null && answer.isDone() && !answer.isCompletedExceptionally()) {
          keep(first + i, answer.join());
        }
      }
    }
  }

  private Running start(int first, int images) {
    if (images == 1) {
      return new Running(first, List.of(service.infer(inputs.apply(first)).toCompletableFuture()));
    }
    List<float[]> batch = IntStream.range(first, first + images).mapToObj(inputs).toList();
    return new Running(
        first, service.infer(batch).stream().map(CompletionStage::toCompletableFuture).toList());
  }

  private void keep(int index, InferenceResult result) {
    logits[index] = result.logits();
    warnings.set(index, result.warnings());
    answered++;
    answers.onAnswer(index, logits[index]);
  }

  private void runPipelined(int first) {
    ArrayDeque<Running> inFlight = new ArrayDeque<>();
    int next = first;
    try {
      while (next < count || !inFlight.isEmpty()) {
        while (next < count && inFlight.size() < settings.inFlight()) {
          int images = Math.min(settings.batch(), count - next);
          inFlight.add(start(next, images));
          next += images;
        }
        Running oldest = inFlight.element();
        for (int image = oldest.first; image < oldest.first + oldest.answers.size(); image++) {
          keep(image, oldest.await(image));
        }
        inFlight.remove();
        sessions++;
      }
    } catch (RuntimeException e) {
      // Later images may have their answers already.
      inFlight.forEach(Running::keepAnswered);
      throw e;
    }
  }

  private static double secondsSince(long startNs) {
    return (System.nanoTime() - startNs) / (double) TimeUnit.SECONDS.toNanos(1);
  }
}
