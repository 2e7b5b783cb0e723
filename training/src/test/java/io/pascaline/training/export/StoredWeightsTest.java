// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.OnnxImporter;
import io.pascaline.layers.runtime.OnnxRuntime;
import io.pascaline.layers.zoo.Zoo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredWeightsTest {
  private static final NetworkGraph GRAPH = Zoo.build("wide-m", 10, 1);

  @ParameterizedTest(name = "{0}")
  @CsvSource({"FLOAT16, 0.55", "INT8, 0.30"})
  void shouldRoundWeightsWithinTheStepOfTheFormat(WeightFormat format, double fileShare)
      throws Exception {
    byte[] whole = OnnxExporter.write(GRAPH, Map.of());
    byte[] file = OnnxExporter.write(GRAPH, Map.of(), format);

    assertTrue(file.length < fileShare * whole.length, file.length + " B of " + whole.length);
    OnnxRuntime.open(file, 1).close();
    List<float[]> before = weights(GRAPH);
    List<float[]> after = weights(OnnxImporter.read(file, "rounded"));
    List<Integer> outputs = outputs(GRAPH);
    assertEquals(before.size(), after.size());
    for (int layer = 0; layer < before.size(); layer++) {
      boolean rounded = before.get(layer).length >= 4096;
      int rowLength = before.get(layer).length / outputs.get(layer);
      for (int row = 0; row < outputs.get(layer); row++) {
        float largest = 0;
        for (int i = row * rowLength; i < (row + 1) * rowLength; i++) {
          largest = Math.max(largest, Math.abs(before.get(layer)[i]));
        }
        for (int i = row * rowLength; i < (row + 1) * rowLength; i++) {
          double weight = before.get(layer)[i];
          double step =
              format == WeightFormat.INT8
                  ? largest / 127
                  : Math.max(Math.ulp((float) weight) * (1 << 13), 0x1p-24);
          // Half a step, and the rounding of float32 products.
          double tolerance = rounded ? 0.5 * step + 1e-6 * Math.abs(weight) : 0;
          assertEquals(weight, after.get(layer)[i], tolerance, "layer " + layer);
        }
      }
    }
  }

  @Test
  void shouldWriteTheSameBytesInFloat32() {
    assertArrayEquals(
        OnnxExporter.write(GRAPH, Map.of("a", "b")),
        OnnxExporter.write(GRAPH, Map.of("a", "b"), WeightFormat.FLOAT32));
  }

  @Test
  void shouldRefuseWeightsOutsideTheRangeOfFloat16() {
    NetworkGraph large = scaled(1e7f);

    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> OnnxExporter.write(large, Map.of(), WeightFormat.FLOAT16));
    assertTrue(refusal.getMessage().contains("outside the range of float16"), refusal::getMessage);
  }

  private static NetworkGraph scaled(float factor) {
    List<GraphNode> nodes = new ArrayList<>();
    for (GraphNode node : GRAPH.nodes()) {
      if (node instanceof LinearNode linear) {
        float[] weights = linear.weights().clone();
        for (int i = 0; i < weights.length; i++) {
          weights[i] *= factor;
        }
        nodes.add(
            new LinearNode(
                linear.name(), linear.inputs(), linear.map(), weights, linear.biasOrNull()));
      } else {
        nodes.add(node);
      }
    }
    return GRAPH.withNodes(nodes);
  }

  private static List<float[]> weights(NetworkGraph graph) {
    List<float[]> weights = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      if (node instanceof LinearNode linear) {
        weights.add(linear.weights());
      }
    }
    return weights;
  }

  private static List<Integer> outputs(NetworkGraph graph) {
    List<Integer> outputs = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      if (node instanceof LinearNode linear) {
        outputs.add(linear.outputShape().dim(0));
      }
    }
    return outputs;
  }
}
