package io.pascaline.training.export;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.training.model.NetworkSettings;
import io.pascaline.training.model.NetworkWeights;
import io.pascaline.training.model.StageSettings;
import io.pascaline.training.model.StageWeights;
import java.util.Map;

/**
 * Turns trained weights into an ONNX model that any ONNX runtime evaluates as it is.
 *
 * <p>Input {@code input} [N, channels, size, size] (normalised pixels), output {@code logits} [N,
 * classes]; operators Conv, Add, AveragePool, GlobalAveragePool, Flatten, Gemm and the model-local
 * function {@code io.pascaline.Polynomial}. IR version 8 is the first with local functions. Batch
 * normalisation is already folded into the convolutions. The bytes depend on the arguments only.
 */
public final class OnnxExporter {
  /** Name of the model's input. */
  public static final String INPUT = "input";

  /** Name of the model's output. */
  public static final String OUTPUT = "logits";

  /** Operator type of the activations. */
  public static final String ACTIVATION = PolynomialFunction.NAME;

  private static final int IR_VERSION = 8;
  private static final String BATCH = "N";

  private OnnxExporter() {}

  /**
   * Builds the model.
   *
   * @param name of the graph
   * @param metadata entries of {@code metadata_props}, written in the map's order
   */
  public static byte[] export(String name, NetworkWeights weights, Map<String, String> metadata) {
    NetworkSettings settings = weights.settings();
    GraphProto.Builder graph = GraphProto.newBuilder().setName(name);
    int size = settings.inputSize();
    graph.addInput(OnnxValues.tensor(INPUT, BATCH, settings.inputChannels(), size, size));
    graph.addOutput(OnnxValues.tensor(OUTPUT, BATCH, settings.classCount()));
    String last = INPUT;
    for (int i = 0; i < settings.stages().size(); i++) {
      StageSettings stage = settings.stages().get(i);
      size = stage.convolvedSize(size);
      last = addStage(graph, stage, weights.stages().get(i), settings.inputChannels(i), size, last);
      size /= stage.pool();
    }
    addLogits(graph, weights, last);

    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("pascaline-training")
            .setGraph(graph)
            .addFunctions(PolynomialFunction.definition(settings.activation().coefficients()));
    return finished(model, metadata);
  }

  /**
   * Builds the model of any graph. Affine nodes stay nodes of their own (BatchNormalization with
   * mean 0 and variance 1), so that training can go on from the file; activations are model-local
   * functions, one for each function.
   *
   * @param graph trained.
   * @param metadata entries of {@code metadata_props}, written in the map's order.
   */
  public static byte[] write(NetworkGraph graph, Map<String, String> metadata) {
    ActivationFunctions functions = new ActivationFunctions();
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("pascaline-training")
            .setGraph(new GraphWriter(graph, functions).write())
            .addAllFunctions(functions.definitions());
    return finished(model, metadata);
  }

  private static byte[] finished(ModelProto.Builder model, Map<String, String> metadata) {
    model
        .addOpsetImport(
            OperatorSetIdProto.newBuilder().setDomain("").setVersion(PolynomialFunction.OPSET))
        .addOpsetImport(
            OperatorSetIdProto.newBuilder().setDomain(PolynomialFunction.DOMAIN).setVersion(1));
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.build().toByteArray();
  }

  private static String addStage(
      GraphProto.Builder graph,
      StageSettings stage,
      StageWeights weights,
      int inputChannels,
      int convolvedSize,
      String input) {
    String name = stage.name();
    int kernel = stage.kernel();
    graph.addInitializer(
        OnnxValues.floats(
            name + ".weight", weights.kernel(), stage.channels(), inputChannels, kernel, kernel));
    graph.addInitializer(OnnxValues.floats(name + ".bias", weights.bias(), stage.channels()));
    int padding = stage.padding();
    graph.addNode(
        node("Conv", name + ".conv", input, name + ".weight", name + ".bias")
            .addAttribute(OnnxValues.ints("kernel_shape", kernel, kernel))
            .addAttribute(OnnxValues.ints("strides", stage.stride(), stage.stride()))
            .addAttribute(OnnxValues.ints("pads", padding, padding, padding, padding)));
    String last = name + ".conv";
    if (stage.residual()) {
      graph.addNode(node("Add", name + ".add", last, input));
      last = name + ".add";
    }
    graph.addNode(
        node(PolynomialFunction.NAME, name + ".activation", last)
            .setDomain(PolynomialFunction.DOMAIN));
    last = name + ".activation";
    if (stage.pool() > 1 && stage.pool() == convolvedSize) {
      graph.addNode(node("GlobalAveragePool", name + ".pool", last));
      last = name + ".pool";
    } else if (stage.pool() > 1) {
      graph.addNode(
          node("AveragePool", name + ".pool", last)
              .addAttribute(OnnxValues.ints("kernel_shape", stage.pool(), stage.pool()))
              .addAttribute(OnnxValues.ints("strides", stage.pool(), stage.pool())));
      last = name + ".pool";
    }
    return last;
  }

  private static void addLogits(GraphProto.Builder graph, NetworkWeights weights, String input) {
    NetworkSettings settings = weights.settings();
    graph.addNode(node("Flatten", "flat", input).addAttribute(OnnxValues.integer("axis", 1)));
    graph.addInitializer(
        OnnxValues.floats(
            OUTPUT + ".weight",
            weights.logitsKernel(),
            settings.classCount(),
            settings.featureCount()));
    graph.addInitializer(
        OnnxValues.floats(OUTPUT + ".bias", weights.logitsBias(), settings.classCount()));
    graph.addNode(
        node("Gemm", OUTPUT, "flat", OUTPUT + ".weight", OUTPUT + ".bias")
            .addAttribute(OnnxValues.integer("transB", 1)));
  }

  /** A node named after its one output. */
  private static NodeProto.Builder node(String type, String output, String... inputs) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(type).setName(output);
    for (String input : inputs) {
      node.addInput(input);
    }
    return node.addOutput(output);
  }
}
