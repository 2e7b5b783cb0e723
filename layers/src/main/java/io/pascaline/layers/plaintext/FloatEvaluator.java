// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plaintext;

import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.ConcatNode;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.MatrixProduct;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Runs a {@link NetworkGraph} in plain float arithmetic: the reference for accuracy and the source
 * of calibration ranges. Sums are accumulated in float; activations are evaluated in double and
 * rounded. Thread-safe: a run keeps its buffers to itself.
 */
public final class FloatEvaluator {
  private final NetworkGraph graph;
  private final List<Step> steps;

  /** Prepares a graph; the weights of fully connected layers are copied (transposed). */
  public FloatEvaluator(NetworkGraph graph) {
    this.graph = graph;
    this.steps = prepare(graph);
  }

  /**
   * Runs the network once.
   *
   * @param input row-major, of the graph's input shape; not changed
   * @return the output tensor; the caller owns it
   * @throws IllegalArgumentException if the input has the wrong length
   */
  public float[] run(float[] input) {
    float[] result = run(input, (tensor, values) -> {});
    // A reshape of the input hands the caller's own array on.
    return result == input ? input.clone() : result;
  }

  /**
   * Runs the network once and shows every tensor, in the order of the graph, the input first. A
   * tensor is dropped as soon as all nodes that read it have run, so that memory holds those alone
   * that are still to be read.
   *
   * @param input row-major, of the graph's input shape; not changed
   * @param reader told name and elements of each tensor, which are read-only and, if they are kept,
   *     may be those of another tensor as well (a reshape)
   * @throws IllegalArgumentException if the input has the wrong length
   */
  public void forEachTensor(float[] input, BiConsumer<String, float[]> reader) {
    run(input, reader);
  }

  /**
   * Runs the network once and keeps every tensor.
   *
   * @param input row-major, of the graph's input shape; not changed
   * @return by tensor name, in the order of the graph, the input first. Tensors that are reshapes
   *     of one another share their array; treat all as read-only.
   * @throws IllegalArgumentException if the input has the wrong length
   */
  public Map<String, float[]> runAll(float[] input) {
    Map<String, float[]> tensors = new LinkedHashMap<>();
    run(input, tensors::put);
    return tensors;
  }

  private float[] run(float[] input, BiConsumer<String, float[]> reader) {
    Map<String, float[]> live = new HashMap<>();
    live.put(graph.inputName(), checked(input));
    reader.accept(graph.inputName(), input);
    for (Step step : steps) {
      float[] output = step.run(live);
      live.put(step.output(), output);
      reader.accept(step.output(), output);
      for (String dead : step.lastReads()) {
        live.remove(dead);
      }
    }
    return live.get(graph.outputName());
  }

  /**
   * Runs again what depends on one tensor, with another value in its place.
   *
   * @param tensors of a run, from {@link #runAll}; not changed
   * @param tensor the name of the one that changes
   * @param value what it is now; not changed
   * @return the output tensor
   * @throws IllegalArgumentException if there is no such tensor, or it has another length
   */
  public float[] runFrom(Map<String, float[]> tensors, String tensor, float[] value) {
    float[] before = tensors.get(tensor);
    if (before == null || before.length != value.length) {
      throw new IllegalArgumentException(
          "tensor '" + tensor + "' with " + value.length + " elements is none of the run");
    }
    Map<String, float[]> changed = new HashMap<>();
    changed.put(tensor, value);
    for (Step step : steps) {
      if (step.inputs().stream().anyMatch(changed::containsKey)) {
        Map<String, float[]> inputs = new HashMap<>();
        for (String input : step.inputs()) {
          inputs.put(input, changed.getOrDefault(input, tensors.get(input)));
        }
        changed.put(step.output(), step.run(inputs));
      }
    }
    return changed.getOrDefault(graph.outputName(), tensors.get(graph.outputName()));
  }

  /**
   * Runs one node alone.
   *
   * @param node any
   * @param inputs its inputs; not changed
   * @return its tensor
   */
  public static float[] apply(GraphNode node, float[]... inputs) {
    return operator(node).apply(inputs);
  }

  private float[] checked(float[] input) {
    if (input.length != graph.inputShape().elementCount()) {
      throw new IllegalArgumentException(
          "input has " + input.length + " elements, must have shape " + graph.inputShape());
    }
    return input;
  }

  private static List<Step> prepare(NetworkGraph graph) {
    Map<String, Integer> lastReader = new HashMap<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      for (String input : graph.nodes().get(i).inputs()) {
        lastReader.put(input, i);
      }
    }
    lastReader.put(graph.outputName(), graph.nodes().size());
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      GraphNode node = graph.nodes().get(i);
      List<String> lastReads = new ArrayList<>();
      for (String input : node.inputs()) {
        if (lastReader.get(input) == i) {
          lastReads.add(input);
        }
      }
      steps.add(new Step(node.name(), node.inputs(), lastReads, operator(node)));
    }
    return List.copyOf(steps);
  }

  private static Operator operator(GraphNode node) {
    return switch (node.kind()) {
      case LINEAR -> linear((LinearNode) node);
      case AFFINE -> inputs -> affine((AffineNode) node, inputs[0]);
      case ACTIVATION -> inputs -> activation(((ActivationNode) node).basis(), inputs[0]);
      case FUNCTION -> inputs -> function((FunctionNode) node, inputs[0]);
      case HARMONIC -> inputs -> FloatHarmonics.apply((HarmonicNode) node, inputs[0]);
      case RELU -> inputs -> relu(inputs[0]);
      case AVERAGE_POOL -> inputs -> FloatPool.average((AveragePoolNode) node, inputs[0]);
      case MAX_POOL -> inputs -> FloatPool.largest((MaxPoolNode) node, inputs[0]);
      case PRODUCT -> inputs -> product(inputs[0], inputs[1]);
      case ADD ->
          ((AddNode) node).subtracts()
              ? inputs -> difference(inputs[0], inputs[1])
              : inputs -> sum(inputs[0], inputs[1]);
      case RESHAPE -> inputs -> inputs[0];
      case VIEW -> inputs -> ((ViewNode) node).view().apply(inputs[0], ((ViewNode) node).pad());
      case CONCAT -> inputs -> concatenated((ConcatNode) node, inputs);
    };
  }

  private static Operator linear(LinearNode node) {
    if (node.map() instanceof Convolution2d convolution) {
      return new FloatConvolution(convolution, node.weights(), node.biasOrNull());
    }
    if (node.map() instanceof MatrixProduct product) {
      return new FloatProduct(product, node.weights(), node.biasOrNull());
    }
    throw new IllegalArgumentException("linear map is of unknown kind " + node.map());
  }

  private static float[] affine(AffineNode node, float[] input) {
    int channels = node.shape().dim(0);
    int planeElementCount = input.length / channels;
    float[] output = new float[input.length];
    for (int channel = 0; channel < channels; channel++) {
      float scale = node.scalePerChannel()[channel];
      float shift = node.shiftPerChannel()[channel];
      int end = (channel + 1) * planeElementCount;
      for (int i = channel * planeElementCount; i < end; i++) {
        output[i] = input[i] * scale + shift;
      }
    }
    return output;
  }

  private static float[] activation(ActivationBasis basis, float[] input) {
    float[] output = new float[input.length];
    for (int i = 0; i < input.length; i++) {
      output[i] = (float) basis.value(input[i]);
    }
    return output;
  }

  private static float[] function(FunctionNode node, float[] input) {
    int channels = node.shape().dim(0);
    int planeElementCount = input.length / channels;
    float[] output = new float[input.length];
    for (int channel = 0; channel < channels; channel++) {
      ScalarFunction function = node.function(channel);
      int end = (channel + 1) * planeElementCount;
      for (int i = channel * planeElementCount; i < end; i++) {
        output[i] = (float) function.value(input[i]);
      }
    }
    return output;
  }

  private static float[] relu(float[] input) {
    float[] output = new float[input.length];
    for (int i = 0; i < input.length; i++) {
      output[i] = Math.max(0, input[i]);
    }
    return output;
  }

  private static float[] sum(float[] left, float[] right) {
    float[] output = new float[left.length];
    for (int i = 0; i < left.length; i++) {
      output[i] = left[i] + right[i];
    }
    return output;
  }

  /** Each element of the second is a factor of as many consecutive elements of the first. */
  private static float[] product(float[] first, float[] second) {
    int stride = first.length / second.length;
    float[] output = new float[first.length];
    for (int i = 0; i < first.length; i++) {
      output[i] = first[i] * second[i / stride];
    }
    return output;
  }

  private static float[] difference(float[] left, float[] right) {
    float[] output = new float[left.length];
    for (int i = 0; i < left.length; i++) {
      output[i] = left[i] - right[i];
    }
    return output;
  }

  private static float[] concatenated(ConcatNode node, float[]... inputs) {
    float[] output = new float[node.outputShape().elementCount()];
    node.geometry()
        .forEachRun(
            (input, from, to, count) -> System.arraycopy(inputs[input], from, output, to, count));
    return output;
  }

  /** One node made ready to run. */
  interface Operator {
    /** Reads the inputs and makes a new array (or hands an input on). */
    float[] apply(float[]... inputs);
  }

  private record Step(
      String output, List<String> inputs, List<String> lastReads, Operator operator) {
    float[] run(Map<String, float[]> tensors) {
      float[][] arguments = new float[inputs.size()][];
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] = tensors.get(inputs.get(i));
      }
      return operator.apply(arguments);
    }
  }
}
