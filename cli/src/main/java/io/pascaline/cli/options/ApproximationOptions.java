// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.approximate.Approximation;
import java.util.Locale;
import picocli.CommandLine.Option;

/** How functions that no protocol computes are approximated. Filled by picocli. */
public final class ApproximationOptions {
  private static final String FLAG = "--approximate";

  @Option(
      names = FLAG,
      paramLabel = "auto|N|off",
      description =
          "How the fused suite approximates ReLU and other functions: with as few harmonics as"
              + " the budget allows (auto, the default), with N terms in each layer, or not at"
              + " all (off).")
  private String approximate;

  @Option(
      names = "--approximate-budget",
      paramLabel = "X",
      description =
          "The error of the outputs that auto may cause on calibration images, as a fraction of"
              + " the outputs' standard deviation (default: 0.02; 0.005 is more accurate and"
              + " costs more bytes).")
  private Double budget;

  /** For picocli. */
  public ApproximationOptions() {}

  /** Returns whether the user said anything. */
  public boolean given() {
    return approximate != null || budget != null;
  }

  /**
   * Returns what was asked for.
   *
   * @throws CommandFault naming what is wrong
   */
  public Approximation approximation() {
    String word = approximate == null ? "auto" : approximate.toLowerCase(Locale.ROOT);
    if (budget != null && !word.equals("auto")) {
      throw new CommandFault(
          "--approximate-budget is for " + FLAG + " auto, not " + approximate,
          "leave one of them out");
    }
    try {
      return switch (word) {
        case "auto" -> budget == null ? Approximation.auto() : Approximation.auto(budget);
        case "off" -> Approximation.off();
        default -> Approximation.fixed(Integer.parseInt(word));
      };
    } catch (NumberFormatException e) {
      throw new CommandFault(
          FLAG + " " + approximate + " is no choice",
          "give auto, off, or a number from 1 to " + Approximation.MAX_TERMS,
          e);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          (budget == null ? FLAG : "--approximate-budget") + ": " + e.getMessage(),
          "correct it",
          e);
    }
  }
}
