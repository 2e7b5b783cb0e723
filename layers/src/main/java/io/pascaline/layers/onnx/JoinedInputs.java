// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.ModelFormatException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Joins the inputs of a model into a single one: it has the elements of all inputs in the order of
 * the file, each row-major. The model then begins by splitting this input, so that the importer,
 * ONNX Runtime and the readers of data use the same network.
 */
final class JoinedInputs {
  /** From this version on, the parts of Split are an input and no attribute. */
  private static final long SPLIT_BY_INPUT_OPSET = 13;

  private static final String NAME = "inputs";

  private final GraphProto.Builder graph;
  private final List<ValueInfoProto> parts;
  private final long opset;
  private final Set<String> taken = new HashSet<>();

  private JoinedInputs(GraphProto.Builder graph, List<ValueInfoProto> parts, long opset) {
    this.graph = graph;
    this.parts = parts;
    this.opset = opset;
    graph.getInputList().forEach(input -> taken.add(input.getName()));
    graph.getInitializerList().forEach(tensor -> taken.add(tensor.getName()));
    graph
        .getNodeList()
        .forEach(
            node -> {
              taken.addAll(node.getInputList());
              taken.addAll(node.getOutputList());
            });
  }

  /**
   * Joins the inputs that are no weights.
   *
   * @param graph is changed
   * @param places of those inputs in its list, at least two
   * @param opset the version of ONNX's operators
   * @throws ModelFormatException if one has no fixed size, or they are not of one type and batch
   */
  static void join(GraphProto.Builder graph, List<Integer> places, long opset) {
    List<ValueInfoProto> parts = places.stream().map(graph::getInput).toList();
    new JoinedInputs(graph, parts, opset).join(places);
  }

  private void join(List<Integer> places) {
    List<Long> elementCounts = new ArrayList<>();
    long total = 0;
    for (ValueInfoProto part : parts) {
      requireLike(parts.get(0), part);
      long elementCount = elementCount(part);
      elementCounts.add(elementCount);
      total += elementCount;
      if (total > ImportBudget.MAX_TENSOR_ELEMENTS) {
        throw new ModelFormatException(
            "graph: its inputs have more than "
                + ImportBudget.MAX_TENSOR_ELEMENTS
                + " elements together; use smaller ones");
      }
    }
    String joined = freshName(NAME);
    List<NodeProto> nodes = new ArrayList<>();
    NodeProto.Builder split = NodeProto.newBuilder().setOpType("Split").setName(joined);
    split.addInput(joined).addAttribute(integer("axis", 1));
    if (opset >= SPLIT_BY_INPUT_OPSET) {
      split.addInput(constant(freshName(NAME + "_split"), elementCounts));
    } else {
      split.addAttribute(
          AttributeProto.newBuilder()
              .setName("split")
              .setType(AttributeProto.AttributeType.INTS)
              .addAllInts(elementCounts));
    }
    for (ValueInfoProto part : parts) {
      if (dims(part).size() == 2) {
        split.addOutput(part.getName());
        continue;
      }
      String flat = freshName(part.getName() + "_flat");
      split.addOutput(flat);
      nodes.add(
          NodeProto.newBuilder()
              .setOpType("Reshape")
              .setName(flat)
              .addInput(flat)
              .addInput(constant(freshName(part.getName() + "_shape"), shape(part)))
              .addOutput(part.getName())
              .build());
    }
    nodes.add(0, split.build());
    nodes.addAll(graph.getNodeList());
    graph.clearNode().addAllNode(nodes);
    replaceInputs(places, joined, total);
  }

  private void replaceInputs(List<Integer> places, String joined, long elementCount) {
    ValueInfoProto.Builder input = parts.get(0).toBuilder().setName(joined);
    input
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .setShape(
            TensorShapeProto.newBuilder()
                .addDim(dims(parts.get(0)).get(0))
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(elementCount)));
    List<ValueInfoProto> kept = new ArrayList<>(List.of(input.build()));
    for (int i = 0; i < graph.getInputCount(); i++) {
      if (!places.contains(i)) {
        kept.add(graph.getInput(i));
      }
    }
    graph.clearInput().addAllInput(kept);
  }

  private static void requireLike(ValueInfoProto first, ValueInfoProto part) {
    if (dims(part).size() < 2) {
      throw new ModelFormatException(
          where(part)
              + ": has fewer than two dimensions; export with the batch as the first dimension");
    }
    int type = part.getType().getTensorType().getElemType();
    if (type != first.getType().getTensorType().getElemType()) {
      throw new ModelFormatException(
          where(part)
              + ": has another element type than the first input; export all inputs in float32");
    }
    long batch = dims(first).get(0).getDimValue();
    if (dims(part).get(0).getDimValue() != batch) {
      throw new ModelFormatException(
          where(part)
              + ": has another batch size than the first input; export all inputs with the same"
              + " batch size");
    }
  }

  private static long elementCount(ValueInfoProto part) {
    long elementCount = 1;
    for (TensorShapeProto.Dimension dim : dims(part).subList(1, dims(part).size())) {
      if (dim.getDimValue() <= 0) {
        throw new ModelFormatException(
            where(part)
                + ": has a dynamic dimension; export with fixed dimensions after the batch");
      }
      if (dim.getDimValue() > ImportBudget.MAX_TENSOR_ELEMENTS / elementCount) {
        throw new ModelFormatException(
            where(part) + ": has more than " + ImportBudget.MAX_TENSOR_ELEMENTS + " elements");
      }
      elementCount *= dim.getDimValue();
    }
    return elementCount;
  }

  /** Returns what Reshape takes: the batch as it is, then the part's own dimensions. */
  private static List<Long> shape(ValueInfoProto part) {
    List<Long> shape = new ArrayList<>(List.of(0L));
    dims(part).stream().skip(1).forEach(dim -> shape.add(dim.getDimValue()));
    return shape;
  }

  private static List<TensorShapeProto.Dimension> dims(ValueInfoProto part) {
    return part.getType().getTensorType().getShape().getDimList();
  }

  private static String where(ValueInfoProto part) {
    return "input " + ModelFormatException.quoted(part.getName());
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private String constant(String name, List<Long> values) {
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims(values.size())
            .addAllInt64Data(values));
    return name;
  }

  private String freshName(String stem) {
    String name = stem;
    for (int i = 2; !taken.add(name); i++) {
      name = stem + "_" + i;
    }
    return name;
  }
}
