// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.cli.options.BundledModel;
import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.zoo.Zoo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The network of a simulation.
 *
 * @param name for reports
 * @param graph with the activations that it was built or trained with
 * @param untrained whether its weights are random
 */
record SimModel(String name, NetworkGraph graph, boolean untrained) {
  private static final String BUNDLED = "fashion";
  private static final long WEIGHT_SEED = 1;
  private static final int TYPICAL_INPUTS = 4;

  static String names() {
    return BUNDLED
        + ", "
        + String.join(", ", Zoo.names().stream().filter(name -> !name.equals(BUNDLED)).toList());
  }

  /**
   * Loads a model by its name, or from an ONNX file.
   *
   * @param text name or path
   * @param place where that was said, for faults
   */
  static SimModel load(String text, String place) {
    if (text.equals(BUNDLED)) {
      return new SimModel(BundledModel.NAME, LoadedModel.load(null).graph(), false);
    }
    if (Zoo.names().contains(text)) {
      NetworkGraph graph = Zoo.build(text, Zoo.usualClassCount(text), WEIGHT_SEED);
      return new SimModel(text, graph, true);
    }
    Path file = Path.of(text);
    if (!Files.exists(file)) {
      throw new CommandFault(
          place + ": there is neither a model nor a file '" + text + "'",
          "give an ONNX file, or one of " + names());
    }
    return new SimModel(text, LoadedModel.load(file).graph(), false);
  }

  /** Random inputs: to calibrate bounds with and to ask; times do not depend on values. */
  List<float[]> inputs(long seed) {
    List<float[]> inputs = new ArrayList<>();
    for (int i = 0; i < TYPICAL_INPUTS; i++) {
      inputs.add(Zoo.randomInput(graph, seed + i));
    }
    return inputs;
  }
}
