// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.actors.api.CanaryCounts;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.canary.CanarySet;
import io.pascaline.layers.plan.NetworkPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a client checks what the parties answer. Filled by picocli. */
public final class CanaryOptions {
  private static final double MAX_RATE = 0.5;
  private static final double CERTAIN = 0.01;

  @Option(
      names = "--canaries",
      paramLabel = "FILE",
      description =
          "Check the parties with the canaries of FILE (share --canaries), at random places that"
              + " they cannot tell from the images.")
  private Path file;

  @Option(
      names = "--canary-rate",
      paramLabel = "R",
      defaultValue = "0.1",
      description = "The fraction of all sessions that are canaries, up to 0.5 (default: 0.1).")
  private double rate;

  /** For picocli. */
  public CanaryOptions() {}

  /**
   * Canaries and how many of the sessions they are.
   *
   * @param set the canaries
   * @param rate their fraction of all sessions
   */
  public record Choice(CanarySet set, double rate) {
    /**
     * Returns the canaries of a plan.
     *
     * @throws CommandFault if they are of another plan
     */
    public CanarySet of(NetworkPlan plan) {
      try {
        set.requireFor(plan);
        return set;
      } catch (IllegalArgumentException e) {
        throw new CommandFault(
            "--canaries: " + e.getMessage(), "get the file that was written with the plan", e);
      }
    }

    /** Returns what the checks cost and find, in one line. */
    public String describe() {
      return String.format(
          Locale.ROOT,
          "canaries: %.3g %% of the sessions; each wrong answer is found with this probability,"
              + " %d wrong ones with 99 %%; answers take %.3g times as long on average",
          100 * rate,
          (long) Math.ceil(Math.log(CERTAIN) / Math.log1p(-rate)),
          1 / (1 - rate));
    }

    /** Returns what came of the checks, in one line. */
    public String describe(CanaryCounts counts) {
      return "canaries: "
          + counts.right()
          + " answered rightly, "
          + counts.wrong()
          + " wrongly, "
          + counts.unanswered()
          + " without an answer";
    }
  }

  /**
   * Returns the canaries, if there are to be any.
   *
   * @throws CommandFault if the file cannot be read, or the rate is out of range
   */
  public Optional<Choice> choice() {
    if (!(rate > 0 && rate <= MAX_RATE)) {
      throw new CommandFault(
          "--canary-rate " + rate + " is out of range", "give a number above 0, up to " + MAX_RATE);
    }
    if (file == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Choice(CanarySet.read(file), rate));
    } catch (IOException e) {
      throw new CommandFault(
          "--canaries " + file + " cannot be read (" + e.getMessage() + ")",
          "name the file that share --canaries wrote",
          e);
    }
  }
}
