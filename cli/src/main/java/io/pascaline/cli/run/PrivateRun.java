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
 * Sends images through a private network and measures: after a warm-up, first a few one session at
 * a time with correlations precomputed (online latency), then the others with several sessions in
 * flight (throughput). A session carries one image, or a batch of them. The warm-up answers some of
 * the first images. If it takes longer, it repeats images and drops the answers.
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
  private int sessions;

  /**
   * What a run brings.
   *
   * @param logits by image; null for those without an answer
   * @param warnings what is out of the plan's range, by image
   * @param latencies online latencies of the sessions that were run one at a time
   * @param throughputPerSecond images per second of the last phase; NaN if it answered none
   * @param throughputInFlight how many sessions were in flight then
   * @param measured images that were answered after the warm-up
   * @param sessions that these were in
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
      int measured,
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
   * @param inputs the input of an image, asked for once per image in order (more often if the
   *     warm-up repeats images)
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

  /** A part of the run, from now on. */
  private final class Part {
    private final int answeredBefore = answered;
    private final long startNs = System.nanoTime();

    /** Returns how many images have been answered since it began. */
    int imageCount() {
      return answered - answeredBefore;
    }

    /** Returns images per second since it began; NaN if none was answered. */
    double perSecond() {
      double seconds = (System.nanoTime() - startNs) / (double) TimeUnit.SECONDS.toNanos(1);
      return imageCount() == 0 ? Double.NaN : imageCount() / seconds;
    }
  }

  /**
   * Runs all images, until one fails: what was answered before is not lost.
   *
   * @return the answers and figures
   * @throws RuntimeException if nothing was answered; the cause of the failure
   */
  public Outcome run() {
    // 1. Warm up. Nothing of that is measured.
    RuntimeException failure = failureOrNull(this::warmUp);
    sessions = 0;
    ServiceStatistics before = service.statistics();
    Part measured = new Part();
    Part last = measured;
    int inFlight = 1;
    // 2. One session at a time, for the latency.
    if (failure == null) {
      failure = failureOrNull(() -> runOneByOne(measured.startNs));
    }
    // 3. Several sessions in flight, for the throughput.
    if (failure == null && answered < count) {
      last = new Part();
      inFlight = settings.inFlight();
      failure = failureOrNull(this::runPipelined);
    }
    if (failure != null && answered == 0) {
      throw failure;
    }
    return new Outcome(
        logits,
        List.copyOf(warnings),
        latencies,
        last.perSecond(),
        inFlight,
        measured.imageCount(),
        sessions,
        before,
        service.statistics(),
        Optional.ofNullable(failure));
  }

  private static RuntimeException failureOrNull(Runnable phase) {
    try {
      phase.run();
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }

  /** Runs images one session at a time while count and time allow. */
  private void runOneByOne(long startNs) {
    int first = answered;
    int allowed = settings.latencyCount() - (isLatencyCountSet() ? 0 : first);
    int maxCount = Math.min(count - first, allowed);
    int minCount = Math.min(maxCount, RunSettings.MIN_LATENCY_COUNT);
    long deadlineNs = startNs + settings.latencyTime().toNanos();
    int done = 0;
    while (done < maxCount && (done < minCount || System.nanoTime() < deadlineNs)) {
      int batch = Math.min(settings.batch(), maxCount - done);
      latencies.add(oneAlone(first + done, batch, this::keep));
      done += batch;
    }
  }

  private void warmUp() {
    long deadlineNs = System.nanoTime() + settings.warmUpTime().toNanos();
    int maxKept = maxKept();
    int batch = Math.min(settings.batch(), count);
    int first = 0;
    // As many as it takes the compiler of a small network, whatever the number of images.
    for (int i = 0; i < settings.warmUpCount() && System.nanoTime() < deadlineNs; i++) {
      if (answered + batch <= maxKept) {
        oneAlone(answered, batch, this::keep);
      } else {
        oneAlone(first, Math.min(batch, count - first), (image, result) -> {});
        first = (first + batch) % count;
      }
    }
  }

  /**
   * Returns how many answers of the warm-up are kept. They are of the images for the latency, or of
   * the others if the number for the latency was set.
   */
  private int maxKept() {
    int forLatency = Math.min(count, settings.latencyCount());
    return (isLatencyCountSet() ? count - forLatency : forLatency) / RunSettings.WARM_UP_DIVISOR;
  }

  private boolean isLatencyCountSet() {
    return settings.latencyTime().equals(RunSettings.UNLIMITED);
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

  /** Runs the images that have no answer yet, with several sessions in flight. */
  private void runPipelined() {
    ArrayDeque<Running> inFlight = new ArrayDeque<>();
    int next = answered;
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
}
