// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plaintext;

import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.NetworkGraph;
import java.util.List;
import java.util.Set;

/**
 * Runs networks in plaintext on many inputs, for calibration. Engines agree up to float rounding.
 * Implementations are thread-safe.
 */
public interface PlaintextEngine {
  /** The replacement of a run of the network as it is. */
  int AS_GIVEN = -1;

  /** Takes one tensor of one run. */
  @FunctionalInterface
  interface TensorReader {
    /**
     * Takes a tensor.
     *
     * @param input index of the input
     * @param tensor the tensor's name
     * @param values row-major; read-only, and valid during the call only
     */
    void accept(int input, String tensor, float[] values);
  }

  /** Takes one output of a network or of a variant. */
  @FunctionalInterface
  interface OutputReader {
    /**
     * Takes an output.
     *
     * @param input index of the input
     * @param replacement index of the only replacement that is in place, or {@link #AS_GIVEN}
     * @param output row-major; read-only, and valid during the call only
     */
    void accept(int input, int replacement, float[] output);
  }

  /**
   * Runs a network on all inputs and shows some of its tensors, each for the inputs in their order.
   *
   * @param graph the network
   * @param inputs row-major, of the graph's input shape; not changed
   * @param tensors names of the tensors to show, the input or nodes
   * @param reader told each of them once for each input, on the caller's thread
   * @throws IllegalArgumentException if a tensor does not exist or an input has the wrong length
   */
  void forEachTensor(
      NetworkGraph graph, List<float[]> inputs, Set<String> tensors, TensorReader reader);

  /**
   * Runs a network on all inputs, as it is and with each replacement alone in place.
   *
   * @param graph the network
   * @param inputs row-major, of the graph's input shape; not changed
   * @param replacements nodes of the same names, inputs and shapes as those that they replace
   * @param reader told each output once, on the caller's thread; of an input first the output
   *     {@link #AS_GIVEN}
   * @throws IllegalArgumentException if a node does not exist or an input has the wrong length
   */
  void forEachReplacement(
      NetworkGraph graph,
      List<float[]> inputs,
      List<? extends GraphNode> replacements,
      OutputReader reader);
}
