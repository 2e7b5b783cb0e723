// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.pascaline.layers.onnx.model.ModelFormatException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Weights that a model stores in separate files, as exporters do for large models. They are read
 * into the model. Files outside the model's folder are refused, because their names come from the
 * author of the model.
 */
final class ExternalData {
  private static final String REMEDY =
      "copy the model with the files beside it, or export it with the weights inside"
          + " (external_data=False in PyTorch, save_as_external_data=False in onnx)";

  private final Path modelFile;
  private final long maxBytes;
  private long readBytes;

  /**
   * Prepares to read.
   *
   * @param modelFile the model; its folder has the files
   * @param maxBytes at most that much is read
   */
  ExternalData(Path modelFile, long maxBytes) {
    this.modelFile = modelFile.toAbsolutePath();
    this.maxBytes = maxBytes;
  }

  static boolean isExternal(TensorProto tensor) {
    return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL
        || tensor.getExternalDataCount() > 0;
  }

  /** Returns the model with all weights inside; the same one if they are. */
  ModelProto embedded(ModelProto model) {
    boolean any = model.getGraph().getInitializerList().stream().anyMatch(ExternalData::isExternal);
    any |= anyExternal(model.getGraph().getNodeList());
    for (FunctionProto function : model.getFunctionsList()) {
      any |= anyExternal(function.getNodeList());
    }
    if (!any) {
      return model;
    }
    ModelProto.Builder embedded = model.toBuilder();
    GraphProto.Builder graph = embedded.getGraphBuilder();
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      TensorProto tensor = graph.getInitializer(i);
      String where = "initializer " + ModelFormatException.quoted(tensor.getName());
      graph.setInitializer(i, embedded(tensor, where));
    }
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      embedAttributes(node);
    }
    for (FunctionProto.Builder function : embedded.getFunctionsBuilderList()) {
      function.getNodeBuilderList().forEach(this::embedAttributes);
    }
    return embedded.build();
  }

  private static boolean anyExternal(Iterable<NodeProto> nodes) {
    for (NodeProto node : nodes) {
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasT() && isExternal(attribute.getT())) {
          return true;
        }
      }
    }
    return false;
  }

  private void embedAttributes(NodeProto.Builder node) {
    for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
      if (attribute.hasT() && isExternal(attribute.getT())) {
        String where = "node " + ModelFormatException.quoted(node.getName());
        attribute.setT(embedded(attribute.getT(), where));
      }
    }
  }

  private TensorProto embedded(TensorProto tensor, String where) {
    if (!isExternal(tensor)) {
      return tensor;
    }
    String location = "";
    long offset = 0;
    long length = -1;
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      switch (entry.getKey()) {
        case "location" -> location = entry.getValue();
        case "offset" -> offset = number(entry, where);
        case "length" -> length = number(entry, where);
        default -> {
          // A checksum; the plan has one of its own.
        }
      }
    }
    return tensor.toBuilder()
        .clearExternalData()
        .clearDataLocation()
        .setRawData(read(location, offset, length, where))
        .build();
  }

  private ByteString read(String location, long offset, long lengthOrNone, String where) {
    String file = ModelFormatException.quoted(location);
    try (FileChannel channel = FileChannel.open(resolved(location, where))) {
      long sizeBytes = channel.size();
      long length = lengthOrNone < 0 ? Math.max(0, sizeBytes - offset) : lengthOrNone;
      if (offset > sizeBytes || length > sizeBytes - offset) {
        throw new ModelFormatException(
            "%s: its data are %d bytes at %d of %s, which has %d; the file is cut short, %s"
                .formatted(where, length, offset, file, sizeBytes, REMEDY));
      }
      readBytes += length;
      if (readBytes > maxBytes) {
        throw new ModelFormatException(
            where + ": the weights have more than " + maxBytes + " bytes; use a smaller model");
      }
      ByteBuffer data = ByteBuffer.allocate((int) length);
      while (data.hasRemaining()) {
        if (channel.read(data, offset + data.position()) < 0) {
          throw new EOFException("it became shorter");
        }
      }
      return UnsafeByteOperations.unsafeWrap(data.flip());
    } catch (NoSuchFileException e) {
      throw new ModelFormatException(
          where + ": its data file " + file + " is missing; " + REMEDY, e);
    } catch (IOException e) {
      throw new ModelFormatException(
          where + ": its data file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Returns a file in the folder of the model, or of the file that the model is a link to. */
  private Path resolved(String location, String where) throws IOException {
    Path folder = modelFile.getParent();
    Path file;
    try {
      file = folder.resolve(location).normalize();
    } catch (InvalidPathException e) {
      throw outside(location, where);
    }
    if (location.isEmpty()
        || Path.of(location).isAbsolute()
        || !file.startsWith(folder.normalize())) {
      throw outside(location, where);
    }
    Path real = file.toRealPath();
    Path realModel = modelFile.toRealPath();
    if (!real.startsWith(folder.toRealPath()) && !real.startsWith(realModel.getParent())) {
      throw outside(location, where);
    }
    if (!Files.isRegularFile(real)) {
      throw new NoSuchFileException(location);
    }
    return real;
  }

  private static ModelFormatException outside(String location, String where) {
    return new ModelFormatException(
        where
            + ": its data file "
            + ModelFormatException.quoted(location)
            + " is not in the model's folder; "
            + REMEDY);
  }

  private static long number(StringStringEntryProto entry, String where) {
    try {
      long number = Long.parseLong(entry.getValue());
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw new ModelFormatException(
        where
            + ": the "
            + entry.getKey()
            + " of its data is "
            + ModelFormatException.quoted(entry.getValue())
            + "; the file is damaged, export it again");
  }
}
