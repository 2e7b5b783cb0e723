// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.train.RecipeOptions;
import io.pascaline.cli.train.TrainOptions;
import io.pascaline.cli.train.TrainRun;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Trains a network and measures it in private. */
@Command(
    name = "train",
    description = {
      "Train a network with ReLU, polynomial or trigonometric activations; write it as ONNX with a"
          + " model card that a private run has measured.",
      "Ctrl-C leaves a checkpoint in the output folder; --resume continues from it."
    })
public final class TrainCommand implements Callable<Integer> {
  @Mixin private SharedOptions shared;
  @Mixin private TrainOptions options;
  @Mixin private RecipeOptions recipe;
  @Spec private CommandSpec spec;

  /** For picocli. */
  public TrainCommand() {}

  @Override
  public Integer call() {
    return new TrainRun(
            options,
            recipe,
            spec.root().commandLine().getParseResult().originalArgs(),
            shared.quiet(),
            spec.commandLine().getOut(),
            spec.commandLine().getErr())
        .run();
  }
}
