// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;

/** An ONNX model that was written, ready to be stored or run. Immutable and thread-safe. */
public final class OnnxModel {
  /** The first with local functions. */
  private static final int IR_VERSION = 8;

  private final ModelProto proto;

  OnnxModel(GraphProto graph, ActivationFunctions functions) {
    this(
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setGraph(graph)
            .addAllFunctions(functions.definitions())
            .addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain("").setVersion(PolynomialFunction.OPSET))
            .addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(PolynomialFunction.DOMAIN).setVersion(1))
            .build());
  }

  private OnnxModel(ModelProto proto) {
    this.proto = proto;
  }

  /**
   * Returns the model with entries that runtimes ignore.
   *
   * @param producer what wrote the model
   * @param metadata entries of {@code metadata_props}, written in the map's order
   */
  public OnnxModel with(String producer, Map<String, String> metadata) {
    ModelProto.Builder model = proto.toBuilder().setProducerName(producer);
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return new OnnxModel(model.build());
  }

  /** Returns the file's bytes, a fresh array of the size of all weights and some more. */
  public byte[] toByteArray() {
    return proto.toByteArray();
  }

  /** Returns the file's bytes outside the heap, from position 0 to the limit. */
  public ByteBuffer toDirectBuffer() {
    ByteBuffer bytes = ByteBuffer.allocateDirect(proto.getSerializedSize());
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      proto.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("a buffer of the model's own size is full", e);
    }
    return bytes.rewind();
  }
}
