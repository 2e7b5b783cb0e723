// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.images.set.ImageSet;
import io.pascaline.images.set.ImageSubset;
import io.pascaline.layers.approximate.ApproximatedNetwork;
import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.compile.ModelCompileException;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.runtime.OnnxRuntimeEngine;
import io.pascaline.training.data.ChannelNormalisation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** The network that fine-tuning starts from: harmonics of the compiler replace its functions. */
final class FineTuning {
  private static final int CALIBRATION_IMAGES = 200;

  private FineTuning() {}

  /**
   * Compiles the network with a fixed number of terms and takes the float network that the plan
   * computes. Maxima are ReLU of differences in it, so they have harmonics, too.
   *
   * @param graph with functions that the compiler approximates
   * @param training images, 200 of which calibrate
   * @param terms of each layer
   * @param seed of the choice of images
   * @throws CommandFault in one line if the network cannot be approximated
   */
  static NetworkGraph approximated(NetworkGraph graph, ImageSet training, int terms, long seed) {
    requireNoOthers(graph);
    ApproximatedNetwork approximated = compiled(graph, typical(training, seed), terms);
    if (approximated.layers().isEmpty()) {
      throw new CommandFault(
          "--fine-tune " + graph.name() + " has no function to approximate",
          "give a network that was trained with ReLU");
    }
    return approximated.graph();
  }

  private static void requireNoOthers(NetworkGraph graph) {
    boolean others = graph.nodes().stream().anyMatch(ActivationNode.class::isInstance);
    if (others) {
      throw new CommandFault(
          "--fine-tune " + graph.name() + " has polynomials or trigonometric functions",
          "give a network that was trained with ReLU");
    }
  }

  private static List<float[]> typical(ImageSet training, long seed) {
    ChannelNormalisation normalisation = ChannelNormalisation.of(training);
    ImageSet images =
        training.count() > CALIBRATION_IMAGES
            ? ImageSubset.split(training, CALIBRATION_IMAGES, seed).validation()
            : training;
    IntFunction<float[]> inputs = PrivateMeasurement.inputs(images, normalisation);
    List<float[]> typical = new ArrayList<>();
    for (int i = 0; i < images.count(); i++) {
      typical.add(inputs.apply(i));
    }
    return typical;
  }

  private static ApproximatedNetwork compiled(
      NetworkGraph graph, List<float[]> typical, int terms) {
    try {
      FusedSettings settings =
          FusedSettings.standard().withApproximation(Approximation.fixed(terms));
      return FusedCompiler.compile(graph, typical, settings, new OnnxRuntimeEngine())
          .approximated()
          .orElseThrow();
    } catch (ModelCompileException | IllegalArgumentException e) {
      throw new CommandFault(
          "--fine-tune " + graph.name() + ": " + e.getMessage(), "give another --terms", e);
    }
  }
}
