// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.pascaline.layers.approximate.ApproximatedNetwork;
import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.approximate.LayerApproximation;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.zoo.Zoo;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HarmonicPlanesTest {
  private static final long SEED = 51;
  private static final int BATCH = 3;

  @Test
  void shouldComputeFunctionAndSlopeOfEachChannel() {
    NetworkGraph graph = Zoo.build("fashion", Shape.of(1, 12, 12), 4, null, SEED);
    for (LayerApproximation layer : approximated(graph).layers()) {
      HarmonicNode node = layer.node();
      HarmonicFunction function = node.function();
      try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
        ai.djl.ndarray.types.Shape shape = Dims.batched(BATCH, node.shape());
        NDArray x = manager.randomNormal(shape);
        x.setRequiresGradient(true);
        float[] values;
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
          NDArray y = new HarmonicPlanes(node).apply(x);
          values = y.toFloatArray();
          collector.backward(y.sum());
        }
        float[] points = x.toFloatArray();
        float[] slopes = x.getGradient().toFloatArray();
        int plane = node.shape().elementCount() / node.shape().dim(0);
        for (int i = 0; i < points.length; i++) {
          int channel = function.channelCount() == 1 ? 0 : i / plane % node.shape().dim(0);
          double expected = function.value(channel, points[i], node.period());
          double step = 1e-4;
          double slope =
              (function.value(channel, points[i] + step, node.period())
                      - function.value(channel, points[i] - step, node.period()))
                  / (2 * step);
          assertEquals(expected, values[i], 1e-3, "seed " + SEED);
          assertEquals(slope, slopes[i], 1e-2, "seed " + SEED);
        }
      }
    }
  }

  @Test
  void shouldRefuseALayerWithoutHarmonics() {
    NetworkGraph graph = Zoo.build("fashion", Shape.of(1, 12, 12), 4, null, SEED);

    assertThrows(
        IllegalArgumentException.class,
        () -> new GraphNetwork(graph, new ActivationFamily.Kept(3), Set.of(), 1));
  }

  private static ApproximatedNetwork approximated(NetworkGraph graph) {
    FusedSettings settings = FusedSettings.standard().withApproximation(Approximation.fixed(3));
    return FusedCompiler.compile(
            graph,
            List.of(Zoo.randomInput(graph, SEED), Zoo.randomInput(graph, SEED + 1)),
            settings)
        .approximated()
        .orElseThrow();
  }
}
