// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import ai.onnx.proto.OnnxMl.GraphProto;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.NetworkGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Writes a network and many variants of it, in each of which one node is replaced, as one model for
 * one input. The variants are rows of the batch: a tensor has a row for the network as given, and
 * one for each replacement on which it depends. Nothing is computed twice, and weights are written
 * once. Behind a replaced node, the row of the replacement is appended to the other rows. One graph
 * per object.
 */
final class ReplacementWriter {
  private final NetworkGraph graph;
  private final Map<String, Integer> indexByName = new HashMap<>();
  private final List<? extends GraphNode> replacements;
  private final UnaryOperator<String> names;
  private final ActivationFunctions functions = new ActivationFunctions();
  private final GraphProto.Builder proto;
  private final NodeWriter writer;

  /** Which variants a tensor's rows are: {@link ReplacedNodes#AS_GIVEN} first. */
  private final Map<String, List<Integer>> rows = new HashMap<>();

  private int alignedCount;

  ReplacementWriter(NetworkGraph graph, List<? extends GraphNode> replacements) {
    this.graph = graph;
    this.replacements = replacements;
    for (int i = 0; i < replacements.size(); i++) {
      indexByName.put(replacements.get(i).name(), i);
    }
    this.names = OnnxWriter.numbered(graph);
    this.proto = OnnxWriter.started(graph, names.apply(graph.inputName()));
    this.writer = new NodeWriter(proto, functions);
  }

  ReplacedNodes write() {
    rows.put(graph.inputName(), List.of(ReplacedNodes.AS_GIVEN));
    long largestTensor = 0;
    for (GraphNode node : graph.nodes()) {
      List<Integer> variants = write(node);
      rows.put(node.name(), variants);
      largestTensor =
          Math.max(largestTensor, (long) variants.size() * node.outputShape().elementCount());
    }
    int[] dims = NodeWriter.dims(graph.outputShape());
    proto.addOutput(OnnxValues.tensor(names.apply(graph.outputName()), "R", dims));
    return new ReplacedNodes(
        new OnnxModel(proto.build(), functions), rows.get(graph.outputName()), largestTensor);
  }

  /** Returns the variants of the node's tensor. */
  private List<Integer> write(GraphNode node) {
    TreeSet<Integer> read = new TreeSet<>();
    node.inputs().forEach(input -> read.addAll(rows.get(input)));
    List<Integer> variants = new ArrayList<>(read);
    List<String> inputs = new ArrayList<>();
    node.inputs().forEach(input -> inputs.add(aligned(input, variants)));
    String output = names.apply(node.name());
    Integer index = indexByName.get(node.name());
    if (index == null) {
      writer.write(node, inputs, output);
      return variants;
    }
    GraphNode replacement = replacements.get(index);
    List<String> asGiven = new ArrayList<>();
    replacement
        .inputs()
        .forEach(input -> asGiven.add(aligned(input, List.of(ReplacedNodes.AS_GIVEN))));
    writer.write(node, inputs, output + ".given");
    writer.write(replacement, asGiven, output + ".replaced");
    writer.concat(0, List.of(output + ".given", output + ".replaced"), output);
    variants.add(index);
    return variants;
  }

  /** Returns a tensor with the rows of these variants; those that it does not have are as given. */
  private String aligned(String tensor, List<Integer> variants) {
    List<Integer> own = rows.get(tensor);
    String name = names.apply(tensor);
    if (own.equals(variants)) {
      return name;
    }
    long[] places = variants.stream().mapToLong(v -> Math.max(0, own.indexOf(v))).toArray();
    return writer.gather(0, name, name + ".rows" + alignedCount++, places);
  }
}
