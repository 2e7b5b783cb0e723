// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.pascaline.layers.onnx.model.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a file self-contained: it includes the weights from separate files, the batch is 1 or
 * dynamic, several inputs are joined into one, and the user's choices are applied. The importer and
 * ONNX Runtime then read the same network. Thread-safe.
 */
public final class OnnxFile {
  private static final int MESSAGE_DEPTH = 64;

  private OnnxFile() {}

  /**
   * Reads a model file and the files beside it that it names.
   *
   * @param file the model
   * @param choices what its user decides
   * @return the bytes of one file
   * @throws ModelFormatException if there is no such file, or it is no model, or a choice does not
   *     fit it
   */
  public static byte[] read(Path file, ImportChoices choices) {
    String name = String.valueOf(file.getFileName());
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException("model " + name + ": there is no such file");
    }
    try {
      long lengthBytes = Files.size(file);
      requireModest(name, lengthBytes);
      byte[] bytes = Files.readAllBytes(file);
      ExternalData data = new ExternalData(file, OnnxImporter.MAX_FILE_BYTES - lengthBytes);
      ModelProto model = parsed(bytes, name);
      ModelProto embedded = data.embedded(model);
      ModelProto prepared = prepared(embedded, choices);
      return prepared == model ? bytes : prepared.toByteArray();
    } catch (IOException e) {
      throw new ModelFormatException("model " + name + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Returns a self-contained model that ends where the parties' computation ends: before the
   * operators that the client computes.
   *
   * @param model the bytes of one file, which {@link OnnxImporter} accepts
   * @return the same array if there is nothing at the end
   */
  public static byte[] withoutTransform(byte[] model) {
    ModelProto proto = parsed(model, "model");
    String output = proto.getGraph().getOutput(0).getName();
    OutputTail tail = OutputTail.of(NodeOrder.of(FunctionInliner.inline(proto), output), output);
    if (tail.transformOrNull() == null) {
      return model;
    }
    GraphProto.Builder graph = proto.getGraph().toBuilder();
    ValueInfoProto.Builder end = graph.getOutput(0).toBuilder().setName(tail.input());
    end.getTypeBuilder().getTensorTypeBuilder().clearShape();
    end.getTypeBuilder()
        .getTensorTypeBuilder()
        .setElemType(
            graph
                .getInput(inputs(proto.getGraph()).get(0))
                .getType()
                .getTensorType()
                .getElemType());
    graph.clearOutput().addOutput(end);
    keepNeeded(graph, tail.input());
    return proto.toBuilder().setGraph(graph).build().toByteArray();
  }

  static void requireModest(String name, long lengthBytes) {
    if (lengthBytes > OnnxImporter.MAX_FILE_BYTES) {
      throw new ModelFormatException(
          "model "
              + name
              + ": has "
              + lengthBytes
              + " bytes, at most "
              + OnnxImporter.MAX_FILE_BYTES);
    }
  }

  static ModelProto parsed(byte[] model, String name) {
    try {
      // Wrapping and aliasing keep the weights in the one array instead of copying them.
      ByteString wrapped = UnsafeByteOperations.unsafeWrap(model);
      CodedInputStream input = wrapped.newCodedInput();
      input.enableAliasing(true);
      input.setRecursionLimit(MESSAGE_DEPTH);
      return ModelProto.parseFrom(input);
    } catch (InvalidProtocolBufferException e) {
      throw new ModelFormatException(
          "model " + name + ": is not an ONNX file or is cut short; export or copy it again", e);
    } catch (IOException e) {
      throw new ModelFormatException("model " + name + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Returns the inputs of a graph that are no weights, by their places in its list. */
  static List<Integer> inputs(GraphProto graph) {
    Set<String> weights = new HashSet<>();
    for (TensorProto tensor : graph.getInitializerList()) {
      weights.add(tensor.getName());
    }
    List<Integer> inputs = new ArrayList<>();
    for (int i = 0; i < graph.getInputCount(); i++) {
      if (!weights.contains(graph.getInput(i).getName())) {
        inputs.add(i);
      }
    }
    return inputs;
  }

  private static ModelProto prepared(ModelProto model, ImportChoices choices) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    boolean changed = chooseInput(graph, choices);
    changed |= chooseOutput(graph, choices.outputNameOrNull());
    changed |= dropUnreadInputs(graph);
    List<Integer> inputs = inputs(graph.build());
    if (inputs.size() > 1) {
      JoinedInputs.join(graph, inputs, opset(model));
      changed = true;
    }
    if (!changed) {
      return model;
    }
    // Whatever else the file says of shapes may be of the other batch or size.
    graph.clearValueInfo();
    for (ValueInfoProto.Builder output : graph.getOutputBuilderList()) {
      output.getTypeBuilder().getTensorTypeBuilder().clearShape();
    }
    return model.toBuilder().setGraph(graph).build();
  }

  /** Nobody need bring values that nothing reads. */
  private static boolean dropUnreadInputs(GraphProto.Builder graph) {
    List<Integer> inputs = inputs(graph.build());
    if (inputs.size() < 2) {
      return false;
    }
    Set<String> read = new HashSet<>();
    graph.getNodeList().forEach(node -> read.addAll(node.getInputList()));
    List<ValueInfoProto> kept = new ArrayList<>();
    for (int i = 0; i < graph.getInputCount(); i++) {
      if (!inputs.contains(i) || read.contains(graph.getInput(i).getName())) {
        kept.add(graph.getInput(i));
      }
    }
    boolean dropped = kept.size() < graph.getInputCount();
    graph.clearInput().addAllInput(kept);
    return dropped;
  }

  private static long opset(ModelProto model) {
    return model.getOpsetImportList().stream()
        .filter(opset -> FunctionInliner.isStandard(opset.getDomain()))
        .mapToLong(OperatorSetIdProto::getVersion)
        .max()
        .orElse(0);
  }

  private static boolean chooseInput(GraphProto.Builder graph, ImportChoices choices) {
    List<Integer> inputs = inputs(graph.build());
    inputs.removeIf(i -> graph.getInput(i).getName().isEmpty());
    if (choices.inputNameOrNull() != null) {
      inputs.removeIf(i -> !graph.getInput(i).getName().equals(choices.inputNameOrNull()));
      if (inputs.isEmpty()) {
        throw new ModelFormatException(
            "graph: has no input "
                + ModelFormatException.quoted(choices.inputNameOrNull())
                + "; name one that it has");
      }
    }
    if (inputs.size() != 1) {
      return false;
    }
    ValueInfoProto.Builder input = graph.getInputBuilder(inputs.get(0));
    TypeProto.Tensor type = input.getType().getTensorType();
    List<TensorShapeProto.Dimension> dims = type.getShape().getDimList();
    List<TensorShapeProto.Dimension> chosen = new ArrayList<>(dims);
    if (choices.inputDimsOrNull() != null) {
      chosen = chosenDims(input.getName(), type, choices.inputDimsOrNull());
    } else if (!dims.isEmpty() && dims.get(0).hasDimValue() && dims.get(0).getDimValue() != 1) {
      chosen.set(0, dynamicBatch());
    }
    if (chosen.equals(dims)) {
      return false;
    }
    input
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .setShape(TensorShapeProto.newBuilder().addAllDim(chosen));
    return true;
  }

  private static TensorShapeProto.Dimension dynamicBatch() {
    return TensorShapeProto.Dimension.newBuilder().setDimParam("batch").build();
  }

  private static List<TensorShapeProto.Dimension> chosenDims(
      String name, TypeProto.Tensor type, int[] given) {
    List<TensorShapeProto.Dimension> declared = type.getShape().getDimList();
    boolean withBatch =
        type.hasShape() ? given.length == declared.size() : given.length > 1 && given[0] == 1;
    int first = withBatch ? 1 : 0;
    String where = "input " + ModelFormatException.quoted(name);
    if (type.hasShape() && given.length - first != declared.size() - 1
        || withBatch && given[0] != 1) {
      throw new ModelFormatException(
          where
              + ": has "
              + (declared.size() - 1)
              + " dimensions besides the batch; name as many, with or without a batch of 1");
    }
    List<TensorShapeProto.Dimension> dims = new ArrayList<>();
    dims.add(
        declared.isEmpty() || declared.get(0).getDimValue() != 1
            ? dynamicBatch()
            : declared.get(0));
    for (int i = first; i < given.length; i++) {
      int place = i - first + 1;
      long fixed = place < declared.size() ? declared.get(place).getDimValue() : 0;
      if (fixed > 0 && fixed != given[i]) {
        throw new ModelFormatException(
            where + ": dimension " + place + " is " + fixed + " in the file, not " + given[i]);
      }
      dims.add(TensorShapeProto.Dimension.newBuilder().setDimValue(given[i]).build());
    }
    return dims;
  }

  private static boolean chooseOutput(GraphProto.Builder graph, String nameOrNull) {
    if (nameOrNull == null || graph.getOutputCount() == 0) {
      return false;
    }
    for (ValueInfoProto output : graph.getOutputList()) {
      if (output.getName().equals(nameOrNull)) {
        graph.clearOutput().addOutput(output);
        keepNeeded(graph, nameOrNull);
        return true;
      }
    }
    throw new ModelFormatException(
        "graph: has no output "
            + ModelFormatException.quoted(nameOrNull)
            + "; its outputs are "
            + outputNames(graph.getOutputList()));
  }

  /** Drops the nodes that only other outputs need, which nobody need support. */
  private static void keepNeeded(GraphProto.Builder graph, String output) {
    Map<String, NodeProto> makers = new HashMap<>();
    for (NodeProto node : graph.getNodeList()) {
      node.getOutputList().forEach(made -> makers.putIfAbsent(made, node));
    }
    Set<NodeProto> needed = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<String> pending = new ArrayDeque<>(List.of(output));
    while (!pending.isEmpty()) {
      NodeProto node = makers.get(pending.pop());
      if (node != null && needed.add(node)) {
        node.getInputList().forEach(pending::push);
      }
    }
    List<NodeProto> kept = new ArrayList<>(graph.getNodeList());
    kept.removeIf(node -> !needed.contains(node));
    graph.clearNode().addAllNode(kept);
  }

  static String outputNames(List<ValueInfoProto> outputs) {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < outputs.size() && i < 8; i++) {
      names
          .append(i == 0 ? "" : ", ")
          .append(ModelFormatException.quoted(outputs.get(i).getName()));
    }
    return names + (outputs.size() > 8 ? ", ..." : "");
  }
}
