// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import picocli.CommandLine.Option;

/** Options of every command. Filled by picocli. */
public final class SharedOptions {
  @Option(
      names = {"-v", "--verbose"},
      description = "Print stack traces with errors (also PASCALINE_TRACE=1).")
  private boolean verbose;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress bar and no notes on the standard error.")
  private boolean quiet;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Explain this command.")
  private boolean help;

  /** For picocli. */
  public SharedOptions() {}

  /** Returns whether the standard error is for errors alone. */
  public boolean quiet() {
    return quiet;
  }
}
