// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.pascaline.layers.onnx.model.ModelFormatException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Adapts models that read pictures with channels last, as TensorFlow's do, to pictures with
 * channels first. It adds a transposition at the front, which costs no message and is removed if
 * the model transposes back. Thread-safe.
 */
public final class ChannelsFirst {
  private static final Set<Long> CHANNELS = Set.of(1L, 3L);

  private ChannelsFirst() {}

  /**
   * Returns a model whose pictures have channels first.
   *
   * @param model bytes of a self-contained file, as {@link OnnxFile#read} returns them
   * @param name what messages call it
   * @return the same bytes unless its one input is [N, H, W, C] with C of 1 or 3, and H of neither
   * @throws ModelFormatException if it is no model
   */
  public static byte[] of(byte[] model, String name) {
    ModelProto proto = OnnxFile.parsed(model, name);
    GraphProto graph = proto.getGraph();
    List<Integer> inputs = OnnxFile.inputs(graph);
    if (inputs.size() != 1) {
      return model;
    }
    ValueInfoProto input = graph.getInput(inputs.get(0));
    List<Dimension> dims = input.getType().getTensorType().getShape().getDimList();
    boolean last =
        dims.size() == 4
            && CHANNELS.contains(dims.get(3).getDimValue())
            && dims.get(1).getDimValue() > 0
            && !CHANNELS.contains(dims.get(1).getDimValue());
    if (!last) {
      return model;
    }
    GraphProto.Builder turned = graph.toBuilder().clearValueInfo();
    ValueInfoProto.Builder first = turned.getInputBuilder(inputs.get(0));
    TensorShapeProto.Builder shape =
        first.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder().clearDim();
    for (int place : new int[] {0, 3, 1, 2}) {
      shape.addDim(dims.get(place));
    }
    String channelsLast = freshName(graph, input.getName() + "/channels-last");
    for (NodeProto.Builder node : turned.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals(input.getName())) {
          node.setInput(i, channelsLast);
        }
      }
    }
    turned.addNode(0, transposition(input.getName(), channelsLast));
    return proto.toBuilder().setGraph(turned).build().toByteArray();
  }

  private static String freshName(GraphProto graph, String stem) {
    Set<String> names = new HashSet<>();
    graph.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
    graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
    String name = stem;
    for (int i = 2; names.contains(name); i++) {
      name = stem + i;
    }
    return name;
  }

  private static NodeProto transposition(String input, String output) {
    AttributeProto.Builder order =
        AttributeProto.newBuilder().setName("perm").setType(AttributeProto.AttributeType.INTS);
    for (int place : new int[] {0, 2, 3, 1}) {
      order.addInts(place);
    }
    return NodeProto.newBuilder()
        .setOpType("Transpose")
        .setName(output)
        .addInput(input)
        .addOutput(output)
        .addAttribute(order)
        .build();
  }
}
