// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.onnx.ImportChoices;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Choices where a model file is not specific: the shape of the input, and the output. */
public final class ModelOptions {
  private static final int MAX_DIMENSIONS = 8;

  @Option(
      names = "--input-shape",
      paramLabel = "[NAME=]DIMS",
      description =
          "The size of the input, if the model does not fix it, with or without the batch:"
              + " 3,224,224.")
  private String inputShape;

  @Option(
      names = "--output-name",
      paramLabel = "NAME",
      description = "The output that is the answer, for a model with several outputs.")
  private String outputName;

  /** For picocli. */
  public ModelOptions() {}

  /**
   * Loads the model that the user named.
   *
   * @param pathOrNull an ONNX file, or null for the bundled model
   * @return the model
   * @throws CommandFault if there is no such file or an option cannot be read
   */
  public LoadedModel load(Path pathOrNull) {
    return LoadedModel.load(pathOrNull, choices());
  }

  private ImportChoices choices() {
    if (inputShape == null) {
      return new ImportChoices(null, null, outputName);
    }
    int equals = inputShape.lastIndexOf('=');
    String name = equals < 0 ? null : inputShape.substring(0, equals);
    String[] words = inputShape.substring(equals + 1).split("[,x]", -1);
    int[] dims = new int[Math.min(words.length, MAX_DIMENSIONS + 1)];
    try {
      for (int i = 0; i < dims.length; i++) {
        dims[i] = Integer.parseInt(words[i].strip());
      }
      return new ImportChoices(dims, name, outputName);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          "--input-shape " + inputShape + " is not a shape",
          "give positive numbers, as in 3,224,224 or input=3,224,224",
          e);
    }
  }
}
