// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.images.set.ImageSet;
import io.pascaline.images.set.ImageSubset;
import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.approximate.LayerApproximation;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.compile.ModelCompileException;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.runtime.OnnxRuntimeEngine;
import io.pascaline.training.data.ChannelNormalisation;
import io.pascaline.training.network.ActivationFamily;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** What the compiler would put in the place of a network's ReLU, as a family to train with. */
final class FineTuning {
  private static final int CALIBRATION_IMAGES = 200;

  private FineTuning() {}

  /**
   * Compiles the network with a fixed number of terms and takes its harmonics.
   *
   * @param graph with exact ReLU
   * @param training images, 200 of which calibrate
   * @param terms of each layer
   * @param seed of the choice of images
   * @throws CommandFault in one line if the network cannot be approximated
   */
  static ActivationFamily family(NetworkGraph graph, ImageSet training, int terms, long seed) {
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
    try {
      FusedSettings settings =
          FusedSettings.standard().withApproximation(Approximation.fixed(terms));
      Map<String, HarmonicNode> byLayer = new HashMap<>();
      for (LayerApproximation layer :
          FusedCompiler.compile(graph, typical, settings, new OnnxRuntimeEngine())
              .approximated()
              .orElseThrow()
              .layers()) {
        byLayer.put(layer.layer(), layer.node());
      }
      return new ActivationFamily.Approximated(terms, byLayer);
    } catch (ModelCompileException | IllegalArgumentException e) {
      throw new CommandFault(
          "--fine-tune " + graph.name() + ": " + e.getMessage(), "give another --terms", e);
    }
  }
}
