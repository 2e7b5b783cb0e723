// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.runtime;

import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.write.OnnxWriter;
import io.pascaline.layers.onnx.write.ReplacedNodes;
import io.pascaline.layers.plaintext.FloatEngine;
import io.pascaline.layers.plaintext.PlaintextEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Runs networks on ONNX Runtime, several inputs at a time where memory allows, on all cores. A
 * network that ONNX Runtime does not take, as one whose weights exceed 2 GiB, runs by {@link
 * FloatEngine}, and so do all where its library cannot be loaded. Tensors differ in their last bits
 * between kinds of processors. Stateless and thread-safe.
 *
 * <p>A run takes memory outside the heap: the weights twice while a network is loaded, once after
 * that, and the tensors that are shown, of one input or up to {@value #BATCH_BYTES} bytes.
 */
public final class OnnxRuntimeEngine implements PlaintextEngine {
  private static final long BATCH_BYTES = 1L << 26;
  private static final int MAX_BATCH = 32;

  /** Of one tensor in a run of a network and its variants: 128 MiB. */
  private static final long MAX_VARIANT_ELEMENTS = 1L << 25;

  private final FloatEngine floats = new FloatEngine();
  private final boolean isPresent = isPresent();

  /** Creates an engine; no native library is loaded before its first run. */
  public OnnxRuntimeEngine() {}

  /** Without ONNX Runtime on the class path, the classes that use it cannot even be linked. */
  private static boolean isPresent() {
    try {
      Class.forName("ai.onnxruntime.OrtSession", false, OnnxRuntimeEngine.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException absent) {
      return false;
    }
  }

  @Override
  public void forEachTensor(
      NetworkGraph graph, List<float[]> inputs, Set<String> tensors, TensorReader reader) {
    List<String> made = new ArrayList<>();
    graph.nodes().stream().map(GraphNode::name).filter(tensors::contains).forEach(made::add);
    boolean isInputShown = tensors.contains(graph.inputName());
    boolean allExist = made.size() + (isInputShown ? 1 : 0) == tensors.size();
    BatchSession session = made.isEmpty() || !allExist ? null : openOrNull(graph, made);
    if (session == null) {
      floats.forEachTensor(graph, inputs, tensors, reader);
      return;
    }
    try (session) {
      int batch = batch(graph, made);
      for (int from = 0; from < inputs.size(); from += batch) {
        int first = from;
        List<float[]> next = new ArrayList<>();
        for (int i = from; i < Math.min(inputs.size(), from + batch); i++) {
          next.add(inputs.get(i));
          if (isInputShown) {
            reader.accept(i, graph.inputName(), inputs.get(i));
          }
        }
        float[][] values = session.run(next);
        for (int k = 0; k < values.length; k++) {
          String tensor = made.get(k);
          forEachRow(values[k], next.size(), (i, row) -> reader.accept(first + i, tensor, row));
        }
      }
    }
  }

  private BatchSession openOrNull(NetworkGraph graph, List<String> tensors) {
    return isPresent && OnnxWriter.isWritable(graph)
        ? BatchSession.openOrNull(OnnxWriter.withOutputs(graph, tensors), graph.inputShape())
        : null;
  }

  private static int batch(NetworkGraph graph, List<String> shown) {
    long shownCount = 0;
    long largestCount = graph.inputShape().elementCount();
    Set<String> names = Set.copyOf(shown);
    for (GraphNode node : graph.nodes()) {
      int count = node.outputShape().elementCount();
      largestCount = Math.max(largestCount, count);
      shownCount += names.contains(node.name()) ? count : 0;
    }
    // Beside those that are shown a few are alive at a time.
    long bytesPerInput = Float.BYTES * (shownCount + 4 * largestCount);
    return (int) Math.max(1, Math.min(MAX_BATCH, BATCH_BYTES / bytesPerInput));
  }

  /** Takes one row of a batch. */
  @FunctionalInterface
  private interface RowReader {
    void accept(int index, float[] row);
  }

  private static void forEachRow(float[] rows, int count, RowReader reader) {
    if (count == 1) {
      reader.accept(0, rows);
      return;
    }
    float[] row = new float[rows.length / count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(rows, i * row.length, row, 0, row.length);
      reader.accept(i, row);
    }
  }

  @Override
  public void forEachReplacement(
      NetworkGraph graph,
      List<float[]> inputs,
      List<? extends GraphNode> replacements,
      OutputReader reader) {
    List<Variants> parts = new ArrayList<>();
    try {
      boolean isRunnable = isPresent && OnnxWriter.isWritable(graph);
      if (!isRunnable || !open(graph, replacements, 0, parts)) {
        floats.forEachReplacement(graph, inputs, replacements, reader);
        return;
      }
      for (int i = 0; i < inputs.size(); i++) {
        for (int part = 0; part < parts.size(); part++) {
          parts.get(part).run(i, inputs.get(i), part == 0, reader);
        }
      }
    } finally {
      parts.forEach(part -> part.session().close());
    }
  }

  /** Opens sessions of as many replacements as memory allows; returns whether all are open. */
  private static boolean open(
      NetworkGraph graph,
      List<? extends GraphNode> replacements,
      int firstIndex,
      List<Variants> parts) {
    ReplacedNodes replaced = OnnxWriter.withReplacements(graph, replacements);
    int count = replacements.size();
    if (replaced.largestTensorElementCount() > MAX_VARIANT_ELEMENTS && count > 1) {
      int half = count / 2;
      return open(graph, replacements.subList(0, half), firstIndex, parts)
          && open(graph, replacements.subList(half, count), firstIndex + half, parts);
    }
    BatchSession session = BatchSession.openOrNull(replaced.model(), graph.inputShape());
    if (session != null) {
      parts.add(new Variants(session, replaced.rows(), firstIndex, count));
    }
    return session != null;
  }

  /** A network with some of the replacements. */
  private record Variants(BatchSession session, List<Integer> rows, int firstIndex, int count) {
    void run(int input, float[] values, boolean isFirst, OutputReader reader) {
      float[] output = session.run(List.of(values))[0];
      int length = output.length / rows.size();
      float[][] byReplacement = new float[count][];
      float[] given = Arrays.copyOf(output, length);
      for (int i = 1; i < rows.size(); i++) {
        byReplacement[rows.get(i)] = Arrays.copyOfRange(output, i * length, (i + 1) * length);
      }
      if (isFirst) {
        reader.accept(input, AS_GIVEN, given);
      }
      for (int k = 0; k < count; k++) {
        // What the output does not depend on changes nothing.
        reader.accept(input, firstIndex + k, byReplacement[k] == null ? given : byReplacement[k]);
      }
    }
  }
}
