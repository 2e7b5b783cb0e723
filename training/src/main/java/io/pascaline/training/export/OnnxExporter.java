// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.write.OnnxWriter;
import java.util.Map;

/**
 * Turns a trained graph into an ONNX model that any ONNX runtime evaluates as it is.
 *
 * <p>Input {@code input} [N, ...] (normalised pixels), output {@code logits} [N, classes];
 * operators Conv, BatchNormalization, Add, Mul, Concat, Relu, pools, Flatten, Reshape, Gemm, the
 * operators of other functions' expressions and the model-local functions {@code
 * io.pascaline.Polynomial}, {@code io.pascaline.Trigonometric} and {@code io.pascaline.Harmonics}.
 * The bytes depend on the arguments only.
 */
public final class OnnxExporter {
  /** Name of the model's input. */
  public static final String INPUT = "input";

  /** Name of the model's output. */
  public static final String OUTPUT = "logits";

  /** Operator type of polynomial activations; a model's second one has a 2 after it. */
  public static final String ACTIVATION = OnnxWriter.POLYNOMIAL;

  private static final String PRODUCER = "pascaline-training";

  private OnnxExporter() {}

  /**
   * Builds the model. Affine nodes stay nodes of their own (BatchNormalization with mean 0 and
   * variance 1), so that training can go on from the file; activations are model-local functions,
   * one for each function; layers with as many harmonics share one.
   *
   * @param graph trained
   * @param metadata entries of {@code metadata_props}, written in the map's order
   */
  public static byte[] write(NetworkGraph graph, Map<String, String> metadata) {
    return OnnxWriter.named(graph, INPUT, OUTPUT).with(PRODUCER, metadata).toByteArray();
  }

  /**
   * Builds the same model, but layers with at least 4096 weights store them in a format. The model
   * then computes with the rounded weights.
   *
   * @param graph trained
   * @param metadata entries of {@code metadata_props}, written in the map's order
   * @param format of the weights
   * @throws IllegalArgumentException if a weight is outside the range of the format
   */
  public static byte[] write(
      NetworkGraph graph, Map<String, String> metadata, WeightFormat format) {
    byte[] model = write(graph, metadata);
    try {
      return StoredWeights.in(format, ModelProto.parseFrom(model)).toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a model that was just written cannot be read", e);
    }
  }
}
