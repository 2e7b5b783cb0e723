// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.train.FitOptions;
import io.pascaline.cli.train.FitRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Fits polynomial coefficients to an activation. */
@Command(
    name = "fit",
    description =
        "Fit a polynomial to an activation function. Its coefficients are multiples of 2^-q. Of"
            + " all such polynomials, it has the smallest squared error on [-B, B].")
public final class FitCommand implements Callable<Integer> {
  @Mixin private SharedOptions shared;
  @Mixin private FitOptions options;
  @Spec private CommandSpec spec;

  /** For picocli. */
  public FitCommand() {}

  @Override
  public Integer call() {
    new FitRun(options, spec.commandLine().getOut(), spec.commandLine().getErr()).run();
    return 0;
  }
}
