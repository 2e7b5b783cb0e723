// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pascaline.actors.text.OneLine;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What an ONNX file says about its inputs and outputs in its metadata.
 *
 * @param mean value of {@code pascaline.input.mean}, "0" if it is not there
 * @param deviation value of {@code pascaline.input.std}, "1" if it is not there
 * @param classNames value of {@code pascaline.labels}, in the order of the outputs; may be empty
 */
public record ModelMetadata(String mean, String deviation, List<String> classNames) {
  /**
   * Reads the metadata of a file that the importer has accepted.
   *
   * @param onnx the whole file
   * @return what it says
   */
  public static ModelMetadata of(byte[] onnx) {
    Map<String, String> properties = new HashMap<>();
    try {
      for (OnnxMl.StringStringEntryProto entry :
          OnnxMl.ModelProto.parseFrom(onnx).getMetadataPropsList()) {
        properties.put(entry.getKey(), OneLine.of(entry.getValue()));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("onnx is not a model file", e);
    }
    String labels = properties.getOrDefault("pascaline.labels", "");
    return new ModelMetadata(
        properties.getOrDefault("pascaline.input.mean", "0"),
        properties.getOrDefault("pascaline.input.std", "1"),
        labels.isEmpty()
            ? List.of()
            : Arrays.stream(labels.split(",")).map(String::strip).toList());
  }
}
