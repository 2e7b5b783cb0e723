// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.approximate.InputHistogram;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.EvenScales;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.PlaintextEngine;
import io.pascaline.layers.plan.InputRange;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;

/** Magnitudes of each tensor over the calibration inputs. */
final class Calibration {
  /** Of a float's bits: sign and all but three bits of the fraction are dropped. */
  private static final int BUCKET_SHIFT = 20;

  /** Scores of few inputs may happen to be alike, though their classes differ. */
  private static final int MIN_INPUTS_FOR_SPREAD = 8;

  /** Inputs that tell the order of magnitude of a tensor. */
  private static final int SCALE_INPUTS = 4;

  private static final int BUCKETS = 1 << Integer.SIZE - 1 - BUCKET_SHIFT;

  private final Map<String, Double> largest = new HashMap<>();
  private final Map<String, long[]> buckets = new HashMap<>();
  private final double[] largestOfChannel;
  private final String outputTensor;
  private final double[] outputSums;
  private final double[] outputSquares;
  private int inputCount;

  private Calibration(int channels, NetworkGraph graph) {
    largestOfChannel = new double[channels];
    outputTensor = graph.outputName();
    outputSums = new double[graph.outputShape().elementCount()];
    outputSquares = new double[outputSums.length];
  }

  /** Takes a number of elements, of one inference on average, up to a magnitude. */
  @FunctionalInterface
  interface Magnitudes {
    void accept(double countPerInference, double atMost);
  }

  /**
   * Runs the network on all inputs.
   *
   * @param tensors whose magnitudes are wanted
   */
  static Calibration of(
      NetworkGraph graph, List<float[]> inputs, Set<String> tensors, PlaintextEngine engine) {
    return of(graph, inputs, tensors, Map.of(), engine);
  }

  /** Returns a network of the same answers without tiny or huge tensors; see {@link EvenScales}. */
  static NetworkGraph evened(NetworkGraph graph, List<float[]> inputs, PlaintextEngine engine) {
    // Whatever lies between linear layers is about as large as what they make.
    Set<String> tensors =
        graph.nodes().stream()
            .filter(node -> node instanceof LinearNode || node instanceof AffineNode)
            .map(GraphNode::name)
            .collect(Collectors.toSet());
    int count = Math.min(SCALE_INPUTS, inputs.size());
    return EvenScales.of(graph, of(graph, inputs.subList(0, count), tensors, engine).largest);
  }

  /**
   * Runs the network on all inputs.
   *
   * @param tensors whose magnitudes are wanted
   * @param histograms to be filled with the inputs of nodes, by the nodes' names
   */
  static Calibration of(
      NetworkGraph graph,
      List<float[]> inputs,
      Set<String> tensors,
      Map<String, InputHistogram> histograms,
      PlaintextEngine engine) {
    if (inputs.isEmpty()) {
      throw new IllegalArgumentException("calibrationInputs is empty, must have at least one");
    }
    // Elements of a vector have too few samples for a limit of their own.
    Shape shape = graph.inputShape();
    Calibration calibration = new Calibration(shape.rank() > 1 ? shape.dim(0) : 1, graph);
    Map<String, List<InputHistogram>> readers = new HashMap<>();
    for (GraphNode node : graph.nodes()) {
      if (histograms.containsKey(node.name())) {
        readers
            .computeIfAbsent(node.inputs().get(0), unused -> new ArrayList<>())
            .add(histograms.get(node.name()));
      }
    }
    Set<String> wanted = new HashSet<>(tensors);
    wanted.addAll(readers.keySet());
    wanted.add(graph.inputName());
    wanted.add(graph.outputName());
    engine.forEachTensor(
        graph,
        inputs,
        wanted,
        (index, tensor, values) -> {
          if (tensor.equals(graph.inputName())) {
            calibration.takeInput(values);
          }
          calibration.take(tensor, values, index);
          readers.getOrDefault(tensor, List.of()).forEach(reader -> reader.add(values));
        });
    calibration.inputCount = inputs.size();
    return calibration;
  }

  private void takeInput(float[] input) {
    int channelElementCount = input.length / largestOfChannel.length;
    for (int i = 0; i < input.length; i++) {
      int channel = i / channelElementCount;
      largestOfChannel[channel] = Math.max(largestOfChannel[channel], Math.abs(input[i]));
    }
  }

  /**
   * Returns what inputs a network is compiled for.
   *
   * @param safetyFactor how much larger than those of the calibration they may be
   * @param encodable the largest limit that a plan may have
   */
  InputRange inputRange(double safetyFactor, double encodable) {
    return new InputRange(
        Arrays.stream(largestOfChannel)
            .mapToObj(largest -> Math.min(encodable, safetyFactor * largest))
            .toList());
  }

  private void take(String tensor, float[] values, int index) {
    double max = largest.getOrDefault(tensor, 0.0);
    long[] counts = buckets.computeIfAbsent(tensor, unused -> new long[BUCKETS]);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new ModelCompileException(
            "tensor '"
                + tensor
                + "' is "
                + value
                + " for calibration input "
                + index
                + ": the network diverges in plaintext, train it with bounded activations");
      }
      max = Math.max(max, Math.abs(value));
      counts[Float.floatToRawIntBits(Math.abs(value)) >>> BUCKET_SHIFT]++;
    }
    largest.put(tensor, max);
    if (tensor.equals(outputTensor)) {
      for (int i = 0; i < values.length; i++) {
        outputSums[i] += values[i];
        outputSquares[i] += (double) values[i] * values[i];
      }
    }
  }

  /** Returns the root of the mean square of a tensor's elements, at most an eighth too large. */
  double rootMeanSquare(String tensor) {
    return rootMean(tensor, magnitude -> magnitude * magnitude);
  }

  /** Returns the root of the mean of a function of the magnitudes of a tensor's elements. */
  double rootMean(String tensor, DoubleUnaryOperator square) {
    double[] sums = new double[2];
    forEachMagnitude(
        tensor,
        (count, magnitude) -> {
          sums[0] += count;
          sums[1] += count * square.applyAsDouble(magnitude);
        });
    return Math.sqrt(sums[1] / sums[0]);
  }

  /**
   * Returns by how much a tensor's elements vary: of the network's output each around its own mean,
   * as that is what answers differ in, if there are inputs enough to tell; of others around zero.
   */
  double spread(String tensor) {
    int enough = outputSums.length == 1 ? 2 : MIN_INPUTS_FOR_SPREAD;
    if (!tensor.equals(outputTensor) || inputCount < enough) {
      return rootMeanSquare(tensor);
    }
    double variance = 0;
    for (int i = 0; i < outputSums.length; i++) {
      double mean = outputSums[i] / inputCount;
      variance += Math.max(0, outputSquares[i] / inputCount - mean * mean);
    }
    return Math.sqrt(variance / outputSums.length);
  }

  double largest(String tensor) {
    return largest.get(tensor);
  }

  /** Tells a tensor's magnitudes, rounded up by an eighth at most. */
  void forEachMagnitude(String tensor, Magnitudes magnitudes) {
    long[] counts = buckets.get(tensor);
    for (int i = 0; i < BUCKETS; i++) {
      if (counts[i] > 0) {
        magnitudes.accept(
            counts[i] / (double) inputCount, Float.intBitsToFloat(i + 1 << BUCKET_SHIFT));
      }
    }
  }
}
