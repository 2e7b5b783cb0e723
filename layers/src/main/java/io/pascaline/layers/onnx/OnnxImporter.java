// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads ONNX models. Thread-safe.
 *
 * <p>Supported: Conv (2-D), Gemm, MatMul, BatchNormalization, Add, functions of each element (by
 * one operator, by a chain of them or as a model-local function), AveragePool, GlobalAveragePool,
 * ReduceMean over rows and columns, zero Pad before a window, Flatten and other reshapes that keep
 * the batch, Identity, Dropout, and whatever is computed from constants. One input with the batch
 * first, one output.
 */
public final class OnnxImporter {
  /** Largest file accepted. */
  public static final long MAX_FILE_BYTES = 1L << 30;

  private static final int MIN_OPSET = 7;
  private static final int MESSAGE_DEPTH = 64;
  private static final String EXPORT_AGAIN = "; the file is damaged, export it again";

  private OnnxImporter() {}

  /**
   * Reads a model file; the network is called by its file name.
   *
   * @throws ModelFormatException if it cannot be read or imported
   */
  public static NetworkGraph read(Path file) {
    String name = String.valueOf(file.getFileName());
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException("model " + name + ": there is no such file");
    }
    try {
      long lengthBytes = Files.size(file);
      if (lengthBytes > MAX_FILE_BYTES) {
        throw new ModelFormatException(
            "model " + name + ": has " + lengthBytes + " bytes, at most " + MAX_FILE_BYTES);
      }
      return read(Files.readAllBytes(file), name);
    } catch (IOException e) {
      throw new ModelFormatException("model " + name + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a model from memory.
   *
   * @param model the file's bytes; the caller no longer writes to them
   * @param name what to call the network
   * @throws ModelFormatException if it cannot be imported
   */
  public static NetworkGraph read(byte[] model, String name) {
    if (model.length > MAX_FILE_BYTES) {
      throw new ModelFormatException(
          "model " + name + ": has " + model.length + " bytes, at most " + MAX_FILE_BYTES);
    }
    ModelProto proto;
    try {
      // Wrapping and aliasing keep the weights in the one array instead of copying them.
      ByteString wrapped = UnsafeByteOperations.unsafeWrap(model);
      CodedInputStream input = wrapped.newCodedInput();
      input.enableAliasing(true);
      input.setRecursionLimit(MESSAGE_DEPTH);
      proto = ModelProto.parseFrom(input);
    } catch (InvalidProtocolBufferException e) {
      throw new ModelFormatException(
          "model " + name + ": is not an ONNX file or is cut short; export or copy it again", e);
    } catch (IOException e) {
      throw new ModelFormatException("model " + name + ": cannot be read: " + e.getMessage(), e);
    }
    return assemble(proto, name, new ImportBudget(model.length));
  }

  private static NetworkGraph assemble(ModelProto model, String name, ImportBudget budget) {
    if (!model.hasGraph()) {
      throw new ModelFormatException("model " + name + ": holds no graph; is it an ONNX file?");
    }
    requireOpset(model.getOpsetImportList(), "model " + name);
    model
        .getFunctionsList()
        .forEach(
            function ->
                requireOpset(
                    function.getOpsetImportList(),
                    "function " + ModelFormatException.quoted(function.getName())));
    GraphProto graph = model.getGraph();
    if (graph.getSparseInitializerCount() > 0) {
      throw new ModelFormatException(
          "initializers: sparse tensors are not supported; export dense weights");
    }
    List<OnnxNode> nodes = FunctionInliner.inline(model);
    ValueInfoProto input = onlyInput(graph);
    List<Long> dims = dims(input);
    boolean fixedBatch = dims.get(0) == 1;
    Set<String> names = new HashSet<>();
    nodes.forEach(node -> names.addAll(node.outputs()));
    GraphAssembly assembly =
        new GraphAssembly(fixedBatch ? 1 : ConstantTensor.BATCH, names, budget);
    graph.getInitializerList().forEach(assembly::addInitializer);
    Shape shape = inputShape(input, dims);
    assembly.bindInput(input.getName(), TensorValue.made(input.getName(), shape));
    nodes.forEach(node -> OperatorTable.importNode(node, assembly));
    return finish(graph, assembly, name, input.getName(), shape);
  }

  private static NetworkGraph finish(
      GraphProto graph, GraphAssembly assembly, String name, String inputName, Shape shape) {
    if (graph.getOutputCount() != 1) {
      throw new ModelFormatException(
          "graph: has " + graph.getOutputCount() + " outputs; export a network with one");
    }
    String output = graph.getOutput(0).getName();
    String where = "output " + ModelFormatException.quoted(output);
    if (!(assembly.valueOrNull(output) instanceof TensorValue result)) {
      throw new ModelFormatException(
          where + ": does not come from a layer that depends on the input" + EXPORT_AGAIN);
    }
    String outputName = assembly.nodeName(where, result);
    if (outputName.equals(inputName)) {
      throw new ModelFormatException(where + ": is the input itself; the network does nothing");
    }
    try {
      return new NetworkGraph(
          name,
          inputName,
          shape,
          AffineMerging.merged(assembly.nodes(outputName), outputName),
          outputName);
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException("graph: " + e.getMessage() + EXPORT_AGAIN, e);
    }
  }

  private static void requireOpset(List<OperatorSetIdProto> imports, String where) {
    long standard = 0;
    for (OperatorSetIdProto opset : imports) {
      if (FunctionInliner.isStandard(opset.getDomain())) {
        standard = opset.getVersion();
      }
    }
    if (standard < MIN_OPSET) {
      throw new ModelFormatException(
          where
              + ": is of operator set "
              + standard
              + ", at least "
              + MIN_OPSET
              + " is needed; export with a newer opset_version");
    }
  }

  private static ValueInfoProto onlyInput(GraphProto graph) {
    Set<String> weights = new HashSet<>();
    for (TensorProto tensor : graph.getInitializerList()) {
      weights.add(tensor.getName());
    }
    List<ValueInfoProto> inputs = new ArrayList<>();
    for (ValueInfoProto input : graph.getInputList()) {
      if (!weights.contains(input.getName())) {
        inputs.add(input);
      }
    }
    if (inputs.size() != 1 || inputs.get(0).getName().isEmpty()) {
      throw new ModelFormatException(
          "graph: has " + inputs.size() + " inputs; export a network with one named input");
    }
    return inputs.get(0);
  }

  /** Returns the declared dimensions, batch first; 0 where a dimension is not a number. */
  private static List<Long> dims(ValueInfoProto input) {
    String where = "input " + ModelFormatException.quoted(input.getName());
    TypeProto.Tensor type = input.getType().getTensorType();
    if (type.getElemType() != TensorProto.DataType.FLOAT_VALUE
        && type.getElemType() != TensorProto.DataType.DOUBLE_VALUE) {
      throw new ModelFormatException(where + ": is not a float tensor; export in float32");
    }
    if (!type.hasShape()
        || type.getShape().getDimCount() < 2
        || type.getShape().getDimCount() > 8) {
      throw new ModelFormatException(
          where + ": has no shape with a batch dimension first; export with a fixed input shape");
    }
    List<Long> dims = new ArrayList<>();
    for (TensorShapeProto.Dimension dim : type.getShape().getDimList()) {
      dims.add(dim.hasDimValue() ? dim.getDimValue() : 0L);
    }
    return dims;
  }

  private static Shape inputShape(ValueInfoProto input, List<Long> dims) {
    String where = "input " + ModelFormatException.quoted(input.getName());
    if (dims.get(0) != 0 && dims.get(0) != 1) {
      throw new ModelFormatException(
          where
              + ": has a batch of "
              + dims.get(0)
              + "; export with a batch of 1 or a dynamic batch");
    }
    int[] sizes = new int[dims.size() - 1];
    long elementCount = 1;
    for (int i = 0; i < sizes.length; i++) {
      long dim = dims.get(i + 1);
      if (dim == 0) {
        throw new ModelFormatException(
            where + ": dimension " + (i + 1) + " is dynamic; export with a fixed input shape");
      }
      if (dim < 0 || dim > ImportBudget.MAX_TENSOR_ELEMENTS) {
        throw new ModelFormatException(where + ": dimension " + (i + 1) + " is " + dim);
      }
      sizes[i] = (int) dim;
      elementCount *= dim;
      if (elementCount > ImportBudget.MAX_TENSOR_ELEMENTS) {
        throw new ModelFormatException(
            where + ": has more than " + ImportBudget.MAX_TENSOR_ELEMENTS + " elements");
      }
    }
    return Shape.of(sizes);
  }
}
