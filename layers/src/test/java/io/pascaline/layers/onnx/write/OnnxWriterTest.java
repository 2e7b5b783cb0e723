// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.layers.runtime.OnnxRuntime;
import java.nio.FloatBuffer;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Written networks, run by ONNX Runtime and compared node by node with the float evaluator. */
class OnnxWriterTest {
  private static final int BATCH = 3;

  @Test
  void shouldHaveEveryKindOfNodeInTheSample() {
    Set<GraphNode.Kind> kinds =
        EveryKindOfNode.graph(1).nodes().stream().map(GraphNode::kind).collect(Collectors.toSet());

    assertEquals(EnumSet.allOf(GraphNode.Kind.class), kinds);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldComputeEachNodeAsTheFloatEvaluatorDoes(long seed) throws OrtException {
    NetworkGraph graph = EveryKindOfNode.graph(seed);
    List<String> names = graph.nodes().stream().map(GraphNode::name).toList();
    float[][] inputs = new float[BATCH][];
    for (int i = 0; i < BATCH; i++) {
      inputs[i] = EveryKindOfNode.input(seed * BATCH + i);
    }
    Map<String, float[][]> tensors = run(OnnxWriter.withOutputs(graph, names), names, inputs);
    tensors.put("x", inputs);

    for (GraphNode node : graph.nodes()) {
      for (int i = 0; i < BATCH; i++) {
        float[][] arguments = new float[node.inputs().size()][];
        for (int k = 0; k < arguments.length; k++) {
          arguments[k] = tensors.get(node.inputs().get(k))[i];
        }
        float[] expected = FloatEvaluator.apply(node, arguments);
        float[] actual = tensors.get(node.name())[i];
        double[] tolerances = FloatTolerance.of(node, arguments);
        assertEquals(expected.length, actual.length, node.name());
        for (int e = 0; e < expected.length; e++) {
          double error = Math.abs((double) actual[e] - expected[e]);
          assertTrue(
              error <= tolerances[e],
              "seed %d, node %s, element %d: %s but %s, tolerance %s"
                  .formatted(seed, node.name(), e, actual[e], expected[e], tolerances[e]));
        }
      }
    }
  }

  private static Map<String, float[][]> run(OnnxModel model, List<String> names, float[][] inputs)
      throws OrtException {
    FloatBuffer batch = FloatBuffer.allocate(inputs.length * inputs[0].length);
    for (float[] input : inputs) {
      batch.put(input);
    }
    try (OrtSession session = OnnxRuntime.open(model.toByteArray(), 0);
        OnnxTensor tensor =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), batch.rewind(), new long[] {BATCH, 2, 6, 6});
        OrtSession.Result result = session.run(Map.of("input", tensor))) {
      Map<String, float[][]> tensors = new HashMap<>();
      for (int k = 0; k < names.size(); k++) {
        FloatBuffer values = ((OnnxTensor) result.get(k)).getFloatBuffer();
        float[][] rows = new float[BATCH][values.remaining() / BATCH];
        for (float[] row : rows) {
          values.get(row);
        }
        tensors.put(names.get(k), rows);
      }
      return tensors;
    }
  }
}
