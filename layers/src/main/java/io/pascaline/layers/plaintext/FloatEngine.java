// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plaintext;

import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.NetworkGraph;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs networks by {@link FloatEvaluator}, one input after the other on the caller's thread. It
 * needs no library, and its results are the same on every machine. Stateless and thread-safe.
 */
public final class FloatEngine implements PlaintextEngine {
  /** Creates an engine. */
  public FloatEngine() {}

  @Override
  public void forEachTensor(
      NetworkGraph graph, List<float[]> inputs, Set<String> tensors, TensorReader reader) {
    requireTensors(graph, tensors);
    FloatEvaluator evaluator = new FloatEvaluator(graph);
    for (int i = 0; i < inputs.size(); i++) {
      int index = i;
      evaluator.forEachTensor(
          inputs.get(i),
          (tensor, values) -> {
            if (tensors.contains(tensor)) {
              reader.accept(index, tensor, values);
            }
          });
    }
  }

  private static void requireTensors(NetworkGraph graph, Set<String> tensors) {
    Set<String> unknown = new HashSet<>(tensors);
    unknown.remove(graph.inputName());
    graph.nodes().forEach(node -> unknown.remove(node.name()));
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("tensors name " + unknown + ", which nothing makes");
    }
  }

  @Override
  public void forEachReplacement(
      NetworkGraph graph,
      List<float[]> inputs,
      List<? extends GraphNode> replacements,
      OutputReader reader) {
    FloatEvaluator evaluator = new FloatEvaluator(graph);
    for (int i = 0; i < inputs.size(); i++) {
      Map<String, float[]> tensors = evaluator.runAll(inputs.get(i));
      reader.accept(i, AS_GIVEN, tensors.get(graph.outputName()));
      for (int k = 0; k < replacements.size(); k++) {
        GraphNode replacement = replacements.get(k);
        float[][] arguments = new float[replacement.inputs().size()][];
        for (int a = 0; a < arguments.length; a++) {
          arguments[a] = tensors.get(replacement.inputs().get(a));
        }
        float[] value = FloatEvaluator.apply(replacement, arguments);
        reader.accept(i, k, evaluator.runFrom(tensors, replacement.name(), value));
      }
    }
  }
}
