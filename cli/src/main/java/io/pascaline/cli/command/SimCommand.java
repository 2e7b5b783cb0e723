// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.simulate.SimOptions;
import io.pascaline.cli.simulate.Simulation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Private inference on a virtual clock and modelled links. */
@Command(
    name = "sim",
    description =
        "Simulate private inference in a modelled network: real roles and real arithmetic on a"
            + " virtual clock. Sweeps over every combination of --activation, --bandwidth and"
            + " --rtt.")
public final class SimCommand implements Callable<Integer> {
  @Mixin private SharedOptions shared;
  @Mixin private SimOptions options;
  @Spec private CommandSpec spec;

  /** For picocli. */
  public SimCommand() {}

  @Override
  public Integer call() {
    new Simulation(
            options, shared.quiet(), spec.commandLine().getOut(), spec.commandLine().getErr())
        .run();
    return 0;
  }
}
