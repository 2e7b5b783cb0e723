// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.actors.party.PartyLimits;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.LinkMessage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How to run and what to write. Filled by picocli; {@link #requireValid} comes first. */
public final class RunOptions {
  private static final int MAX_IN_FLIGHT = 1_024;
  private static final int MIN_AHEAD = 8;
  private static final int MAX_MEMORY_MIB = 1 << 24;
  private static final String WARN = "warn";
  private static final String REFUSE = "refuse";
  private static final int MAX_TIMEOUT_S = (int) (PartyLimits.MAX_TIMEOUT_MS / 1000);

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write every figure as JSON to FILE; - is the standard output.")
  private Path json;

  @Option(
      names = "--in-flight",
      paramLabel = "K",
      defaultValue = "4",
      description = "Sessions in flight at once after the latency phase (default: 4).")
  private int inFlight;

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "1",
      description =
          "Images in one session, which share rounds, messages and hand-overs; more throughput,"
              + " later answers (default: 1; at most 64).")
  private int batch;

  @Option(
      names = "--latency-images",
      paramLabel = "N",
      description =
          "Run the first N images one at a time, with correlations precomputed, to measure the"
              + " online latency; the others measure the throughput (default: 200, or fewer if they"
              + " take longer than 5 seconds, but at least 20).")
  private Integer latencyImages;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long one inference may take (default: 60).")
  private int timeoutS;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      description =
          "Memory for the weights, correlations and sessions of all roles together (default:"
              + " three quarters of the heap, less the memory already in use). It determines for"
              + " how many inferences correlations are precomputed.")
  private Integer memoryMib;

  @Option(
      names = "--out-of-range",
      paramLabel = "warn|refuse",
      defaultValue = "warn",
      description =
          "What to do with images whose values exceed the calibrated range, and whose answers may"
              + " therefore be wrong (default: warn).")
  private String outOfRange;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description =
          "Write the answers to FILE: name, label, class, the five likeliest classes and all scores"
              + " as .csv or .json, the scores alone as .npy.")
  private Path output;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description =
          "classification or regression (default: classification if the network has one score for"
              + " each class; otherwise values are shown). With classification, a single Sigmoid"
              + " means class 1 if it is above one half.")
  private String task;

  @Option(
      names = "--answer-only",
      description = "Answer and nothing else: no warm-up, no measurement, no plaintext comparison.")
  private boolean answerOnly;

  /** For picocli. */
  public RunOptions() {}

  /** Returns whether nothing is measured or compared. */
  public boolean answersOnly() {
    return answerOnly;
  }

  /**
   * Returns what the network's outputs are.
   *
   * @param plan of the network
   */
  public Task task(NetworkPlan plan) {
    return Task.of(task, plan);
  }

  /**
   * Returns the file for the answers, if there is to be one.
   *
   * @param out the standard output
   */
  public Optional<OutputFile> output(PrintWriter out) {
    return OutputFile.of("--output", output, out);
  }

  /**
   * Checks all options that do not depend on the network, before a long run begins.
   *
   * @param out the standard output
   * @throws CommandFault naming the option and its value
   */
  public void requireValid(PrintWriter out) {
    requireRanges();
    if (!outOfRange.equals(WARN) && !outOfRange.equals(REFUSE)) {
      throw new CommandFault("--out-of-range " + outOfRange + " is unknown", "give warn or refuse");
    }
    json(out).ifPresent(OutputFile::requireWritable);
    Optional<OutputFile> answers = output(out);
    answers.ifPresent(OutputFile::requireWritable);
    answers.ifPresent(AnswerFormat::of);
  }

  /** Returns whether images and answers out of range end the command. */
  public boolean refusesOutOfRange() {
    return outOfRange.equals(REFUSE);
  }

  /**
   * Returns the bytes that the roles of this process may take; 0 for the usual part of the heap.
   */
  public long memoryBytes() {
    return memoryMib == null ? 0 : (long) memoryMib << 20;
  }

  /** Returns the settings. */
  public RunSettings settings() {
    return new RunSettings(
        answerOnly ? 0 : RunSettings.DEFAULT_WARM_UP,
        RunSettings.WARM_UP_TIME,
        answerOnly ? 0 : latencyImages == null ? RunSettings.DEFAULT_LATENCY_COUNT : latencyImages,
        latencyImages == null ? RunSettings.DEFAULT_LATENCY_TIME : RunSettings.UNLIMITED,
        Math.min(
            PartyLimits.MAX_COUNT,
            answerOnly ? inFlight * batch : Math.max(MIN_AHEAD, 2 * inFlight * batch)),
        inFlight,
        batch,
        Duration.ofSeconds(timeoutS));
  }

  private void requireRanges() {
    require("--in-flight", inFlight, MAX_IN_FLIGHT);
    require("--batch", batch, LinkMessage.MAX_BATCH);
    if (latencyImages != null) {
      require("--latency-images", latencyImages, Integer.MAX_VALUE);
    }
    require("--timeout", timeoutS, MAX_TIMEOUT_S);
    if (memoryMib != null) {
      require("--memory", memoryMib, MAX_MEMORY_MIB);
    }
  }

  private static void require(String option, int value, int max) {
    if (value < 1 || value > max) {
      throw new CommandFault(
          option + " " + value + " is out of range", "give a number from 1 to " + max);
    }
  }

  /**
   * Returns where the JSON goes, if anywhere.
   *
   * @param out the standard output
   */
  public Optional<OutputFile> json(PrintWriter out) {
    return OutputFile.of("--json", json, out);
  }
}
