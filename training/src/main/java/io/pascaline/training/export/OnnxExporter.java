// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import io.pascaline.layers.graph.NetworkGraph;
import java.util.Map;

/**
 * Turns a trained graph into an ONNX model that any ONNX runtime evaluates as it is.
 *
 * <p>Input {@code input} [N, ...] (normalised pixels), output {@code logits} [N, classes];
 * operators Conv, BatchNormalization, Add, Relu, pools, Flatten, Reshape, Gemm and the model-local
 * functions {@code io.pascaline.Polynomial} and {@code io.pascaline.Trigonometric}. IR version 8 is
 * the first with local functions. The bytes depend on the arguments only.
 */
public final class OnnxExporter {
  /** Name of the model's input. */
  public static final String INPUT = "input";

  /** Name of the model's output. */
  public static final String OUTPUT = "logits";

  /** Operator type of polynomial activations; a model's second one has a 2 after it. */
  public static final String ACTIVATION = PolynomialFunction.NAME;

  private static final int IR_VERSION = 8;

  private OnnxExporter() {}

  /**
   * Builds the model. Affine nodes stay nodes of their own (BatchNormalization with mean 0 and
   * variance 1), so that training can go on from the file; activations are model-local functions,
   * one for each function.
   *
   * @param graph trained
   * @param metadata entries of {@code metadata_props}, written in the map's order
   */
  public static byte[] write(NetworkGraph graph, Map<String, String> metadata) {
    ActivationFunctions functions = new ActivationFunctions();
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("pascaline-training")
            .setGraph(new GraphWriter(graph, functions).write())
            .addAllFunctions(functions.definitions())
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
}
