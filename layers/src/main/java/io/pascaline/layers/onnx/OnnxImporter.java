// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.constant.TensorReader;
import io.pascaline.layers.onnx.model.ImportBudget;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads ONNX models. Thread-safe.
 *
 * <p>Supported: Conv and ConvTranspose (1-D and 2-D), Gemm, MatMul, BatchNormalization, Add,
 * functions of each element (by one operator, by a chain of them or as a model-local function),
 * pools and reductions, Concat, Split, Slice, Gather, Pad, Resize, transpositions, reshapes and
 * whatever else moves elements within an image, Identity, Dropout, and whatever is computed from
 * constants. One input with the batch first, one output.
 */
public final class OnnxImporter {
  /** Largest file accepted. */
  public static final long MAX_FILE_BYTES = 1L << 30;

  private static final int MIN_OPSET = 7;
  private static final String EXPORT_AGAIN = "; the file is damaged, export it again";

  private OnnxImporter() {}

  /**
   * Reads a model file; the network is called by its file name.
   *
   * @throws ModelFormatException if it cannot be read or imported
   */
  public static NetworkGraph read(Path file) {
    return read(OnnxFile.read(file, ImportChoices.NONE), String.valueOf(file.getFileName()));
  }

  /**
   * Reads a model from memory.
   *
   * @param model the file's bytes, all weights inside; the caller no longer writes to them
   * @param name what to call the network
   * @throws ModelFormatException if it cannot be imported
   */
  public static NetworkGraph read(byte[] model, String name) {
    OnnxFile.requireModest(name, model.length);
    return assemble(OnnxFile.parsed(model, name), name, new ImportBudget(model.length));
  }

  private static NetworkGraph assemble(ModelProto model, String name, ImportBudget budget) {
    if (!model.hasGraph()) {
      throw new ModelFormatException("model " + name + ": holds no graph; is it an ONNX file?");
    }
    long opset = requireOpset(model.getOpsetImportList(), "model " + name);
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
    String output = onlyOutput(graph);
    OutputTail tail = OutputTail.of(NodeOrder.of(FunctionInliner.inline(model), output), output);
    List<OnnxNode> nodes = tail.nodes();
    ValueInfoProto input = onlyInput(graph);
    NormalisationCheck.requireNone(nodes, input.getName());
    List<Long> dims = dims(input);
    boolean fixedBatch = dims.get(0) == 1;
    Set<String> names = new HashSet<>();
    nodes.forEach(node -> names.addAll(node.outputs()));
    GraphAssembly assembly =
        new GraphAssembly(fixedBatch ? 1 : ConstantTensor.BATCH, names, opset, budget);
    graph.getInitializerList().forEach(assembly::addInitializer);
    Shape shape = inputShape(input, dims);
    assembly.bindInput(input.getName(), TensorValue.made(input.getName(), shape));
    nodes.forEach(node -> OperatorTable.importNode(node, assembly));
    return finish(tail, assembly, name, input.getName(), shape, opset);
  }

  private static NetworkGraph finish(
      OutputTail tail,
      GraphAssembly assembly,
      String name,
      String inputName,
      Shape shape,
      long opset) {
    String output = tail.input();
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
          outputName,
          tail.transform(result.shape(), opset));
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException("graph: " + e.getMessage() + EXPORT_AGAIN, e);
    }
  }

  private static long requireOpset(List<OperatorSetIdProto> imports, String where) {
    long standard = 0;
    for (OperatorSetIdProto opset : imports) {
      if (FunctionInliner.isStandard(opset.getDomain())) {
        standard = opset.getVersion();
      }
    }
    if (standard < MIN_OPSET) {
      throw new ModelFormatException(
          where
              + ": has operator set "
              + standard
              + ", at least "
              + MIN_OPSET
              + " is needed; export with a newer opset_version");
    }
    return standard;
  }

  private static String onlyOutput(GraphProto graph) {
    if (graph.getOutputCount() != 1) {
      throw new ModelFormatException(
          "graph: has "
              + graph.getOutputCount()
              + " outputs ("
              + OnnxFile.outputNames(graph.getOutputList())
              + "); choose one with --output-name, or export a network with one");
    }
    return graph.getOutput(0).getName();
  }

  private static ValueInfoProto onlyInput(GraphProto graph) {
    List<Integer> inputs = OnnxFile.inputs(graph);
    if (inputs.size() != 1 || graph.getInput(inputs.get(0)).getName().isEmpty()) {
      throw new ModelFormatException(
          "graph: has " + inputs.size() + " inputs; export a network with one named input");
    }
    return graph.getInput(inputs.get(0));
  }

  /** Returns the declared dimensions, batch first; 0 where a dimension is not a number. */
  private static List<Long> dims(ValueInfoProto input) {
    String where = "input " + ModelFormatException.quoted(input.getName());
    TypeProto.Tensor type = input.getType().getTensorType();
    if (!TensorReader.isReal(type.getElemType())) {
      throw new ModelFormatException(where + ": is not a float tensor; export in float32");
    }
    if (!type.hasShape()) {
      throw new ModelFormatException(
          where + ": has no shape; name it, as by --input-shape 3,224,224 for three channels");
    }
    if (type.getShape().getDimCount() < 2 || type.getShape().getDimCount() > 8) {
      throw new ModelFormatException(
          where
              + ": has "
              + type.getShape().getDimCount()
              + " dimensions; export with a batch dimension first and at most 7 others");
    }
    List<Long> dims = new ArrayList<>();
    for (TensorShapeProto.Dimension dim : type.getShape().getDimList()) {
      dims.add(dim.hasDimValue() ? dim.getDimValue() : 0L);
    }
    return dims;
  }

  private static Shape inputShape(ValueInfoProto input, List<Long> dims) {
    String where = "input " + ModelFormatException.quoted(input.getName());
    int[] sizes = new int[dims.size() - 1];
    long elementCount = 1;
    for (int i = 0; i < sizes.length; i++) {
      long dim = dims.get(i + 1);
      if (dim <= 0) {
        throw new ModelFormatException(
            where
                + ": dimension "
                + (i + 1)
                + " is dynamic; name the shape, as by --input-shape 3,224,224 for three channels");
      }
      if (dim > ImportBudget.MAX_TENSOR_ELEMENTS) {
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
