// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.training.fit.TargetFunction;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What polynomial to fit to what, and where the results go. Filled by picocli. */
public final class FitOptions {
  @Option(
      names = "--function",
      defaultValue = "relu",
      paramLabel = "F",
      description = "relu, gelu, silu, sigmoid or tanh (default: ${DEFAULT-VALUE}).")
  TargetFunction function;

  @Option(
      names = "--degree",
      defaultValue = "4",
      paramLabel = "N",
      description = "Degree of the polynomial, 1 to 12 (default: ${DEFAULT-VALUE}).")
  int degree;

  @Option(
      names = "--bound",
      defaultValue = "5",
      paramLabel = "B",
      description = "Half the width of the interval (default: ${DEFAULT-VALUE}).")
  double bound;

  @Option(
      names = "--fraction-bits",
      defaultValue = "10",
      paramLabel = "Q",
      description = "Coefficients are multiples of 2^-Q, 0 to 30 (default: ${DEFAULT-VALUE}).")
  int fractionBits;

  @Option(
      names = "--limit",
      defaultValue = "0.5",
      paramLabel = "L",
      description =
          "Largest magnitude of a coefficient, itself allowed (default: ${DEFAULT-VALUE};"
              + " Infinity for none).")
  double limit;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write every figure there; - is the standard output.")
  Path json;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Plot function, polynomial and error, as PNG or SVG by the file's ending.")
  Path plot;

  /** For picocli. */
  public FitOptions() {}
}
