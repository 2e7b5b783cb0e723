// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import picocli.CommandLine.Option;

/** How pictures that only calibrate become inputs. Filled by picocli. */
public final class PixelOptions {
  @Option(names = "--mean", paramLabel = "M", description = "As for infer.")
  private String mean;

  @Option(names = "--std", paramLabel = "S", description = "As for infer.")
  private String deviation;

  @Option(
      names = "--resize",
      description = "Scale calibration pictures of another size instead of refusing them.")
  private boolean resize;

  /** For picocli. */
  public PixelOptions() {}

  /**
   * Returns what a model takes, with the normalisation that the command line asks for.
   *
   * @param input with the model's own normalisation
   * @throws io.pascaline.cli.output.CommandFault if the normalisation does not fit its channels
   */
  public ModelInput normalised(ModelInput input) {
    ModelInput normalised = input.normalised(mean, deviation);
    if (normalised.isImage()) {
      PixelScale.of(normalised.imageSize().channels(), normalised.mean(), normalised.deviation());
    }
    return normalised;
  }

  /** Returns whether pictures of another size are scaled. */
  public boolean resize() {
    return resize;
  }
}
