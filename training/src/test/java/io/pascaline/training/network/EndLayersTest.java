// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.ParameterStore;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.layers.zoo.Zoo;
import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EndLayersTest {
  private static final ActivationFamily TRIG3 = ActivationFamily.of("trig3");

  @Test
  void shouldExportScaledLogitsInTheLastWeights() {
    NetworkGraph graph =
        Zoo.build("wide-s", Shape.of(1, 12, 12), 4, TRIG3.basis().orElseThrow(), 7);
    GraphNetwork network = new GraphNetwork(graph, TRIG3, Set.of(), 0.25);
    float[] image = Zoo.randomInput(graph, 8);
    try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
      ai.djl.ndarray.types.Shape shape = Dims.batched(1, graph.inputShape());
      network.initialize(manager, DataType.FLOAT32, shape);
      NDArray input = manager.create(image, shape);
      float[] logits =
          network
              .forward(new ParameterStore(manager, false), new NDList(input), false)
              .get(0)
              .toFloatArray();

      // Within what the two engines' order of sums may change.
      assertArrayEquals(logits, new FloatEvaluator(network.trained()).run(image), 1e-4f);
      float[] whole = new FloatEvaluator(graph).run(image);
      for (int i = 0; i < whole.length; i++) {
        assertEquals(whole[i] / 4, logits[i], 1e-4f);
      }
    }
  }

  @Test
  void shouldNotAskForGradientsOfConstantWeights() {
    NetworkGraph graph = Zoo.build("wide-s", Shape.of(1, 12, 12), 4, null, 7);
    String first = ((LinearNode) graph.nodes().get(0)).name();
    GraphNetwork network = new GraphNetwork(graph, TRIG3, Set.of(first), 1);

    network
        .getParameters()
        .forEach(
            pair -> {
              boolean constant = pair.getValue().getName().equals(first + ".weight");
              if (constant) {
                assertFalse(pair.getValue().requiresGradient());
              }
            });
    assertEquals(
        1,
        network.getParameters().values().stream()
            .filter(p -> p.getName().endsWith(".weight") && !p.requiresGradient())
            .count());
  }

  @Test
  void shouldRefuseScaledLogitsThatNoLayerCanHold() {
    Shape shape = Shape.of(4);
    NetworkGraph graph =
        new NetworkGraph(
            "relu", "input", shape, List.of(new ReluNode("end", List.of("input"), shape)), "end");

    assertThrows(
        IllegalArgumentException.class, () -> new GraphNetwork(graph, TRIG3, Set.of(), 0.5));
  }
}
