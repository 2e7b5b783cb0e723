// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.images.PictureKind;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.ChannelsFirst;
import io.pascaline.layers.onnx.ImportChoices;
import io.pascaline.layers.onnx.OnnxFile;
import io.pascaline.layers.onnx.OnnxImporter;
import io.pascaline.layers.zoo.Zoo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A trained network in plaintext, for its owner. Immutable as long as the array is not changed. */
public final class LoadedModel {
  private static final long MAX_BYTES = 1L << 30;
  private static final String PICTURES = "pictures go with --images";

  private final String name;
  private final byte[] onnx;
  private final NetworkGraph graph;
  private final ModelMetadata metadata;
  private final boolean bundled;

  private LoadedModel(String name, byte[] onnx, boolean bundled) {
    this.name = name;
    this.graph = OnnxImporter.read(onnx, name);
    this.onnx = OnnxFile.withoutTransform(onnx);
    this.metadata = ModelMetadata.of(onnx);
    this.bundled = bundled;
  }

  /**
   * Loads the model that the user named, as its file describes it.
   *
   * @param pathOrNull an ONNX file, or null for the bundled model
   * @return the model
   * @throws CommandFault if there is no such file
   * @throws io.pascaline.layers.onnx.model.ModelFormatException if it cannot be imported
   */
  public static LoadedModel load(Path pathOrNull) {
    return load(pathOrNull, ImportChoices.NONE);
  }

  /**
   * Loads the model that the user named.
   *
   * @param pathOrNull an ONNX file, or null for the bundled model
   * @param choices what the file leaves open
   * @return the model
   * @throws CommandFault if there is no such file
   * @throws io.pascaline.layers.onnx.model.ModelFormatException if it cannot be imported
   */
  public static LoadedModel load(Path pathOrNull, ImportChoices choices) {
    if (pathOrNull == null) {
      return new LoadedModel(BundledModel.NAME, BundledModel.onnx(), true);
    }
    if (!Files.exists(pathOrNull)) {
      throw missing(pathOrNull);
    }
    try {
      if (Files.isDirectory(pathOrNull)) {
        throw new CommandFault(
            pathOrNull + " is a folder, not an ONNX file",
            "name the .onnx file itself; " + PICTURES);
      }
      if (Files.size(pathOrNull) > MAX_BYTES) {
        throw new CommandFault(
            pathOrNull + " is larger than 1 GiB", "name an .onnx file with fewer weights");
      }
      if (isPicture(pathOrNull)) {
        throw new CommandFault(pathOrNull + " is a picture, not an ONNX file", PICTURES);
      }
      String name = pathOrNull.getFileName().toString();
      byte[] onnx = ChannelsFirst.of(OnnxFile.read(pathOrNull, choices), name);
      return new LoadedModel(name, onnx, false);
    } catch (IOException e) {
      throw new CommandFault(
          "model file " + pathOrNull + " cannot be read (" + e.getMessage() + ")",
          "check its permissions",
          e);
    }
  }

  private static CommandFault missing(Path path) {
    String name = path.toString();
    if (Zoo.names().contains(name)) {
      return new CommandFault(
          name + " is a layout without trained weights",
          "train it with 'pascaline train --model "
              + name
              + "', time it with 'pascaline sim --model "
              + name
              + "', or name an ONNX file");
    }
    return new CommandFault(
        "model file " + path + " does not exist",
        Files.exists(Path.of(name + ".onnx"))
            ? "did you mean " + name + ".onnx?"
            : "check the path (it is relative to this folder), or name no file to take the bundled"
                + " network");
  }

  /** Returns whether a file begins like a picture. */
  private static boolean isPicture(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return PictureKind.of(in.readNBytes(PictureKind.HEAD_LENGTH)).isPresent();
    }
  }

  /** Returns how reports call the model. */
  public String name() {
    return name;
  }

  /**
   * Returns the ONNX file with all weights inside, up to what the client computes of the answer;
   * the model's own array.
   */
  public byte[] onnx() {
    return onnx;
  }

  /** Returns the imported network. */
  public NetworkGraph graph() {
    return graph;
  }

  /** Returns whether this is the model that comes with the command. */
  public boolean isBundled() {
    return bundled;
  }

  /** Returns what the model takes. */
  public ModelInput input() {
    return new ModelInput(
        name,
        graph.inputShape().dims(),
        metadata.mean(),
        metadata.deviation(),
        metadata.classNames());
  }

  /** Number of classes. */
  public int classCount() {
    return graph.outputShape().elementCount();
  }

  /** Dimensions of the input, without the batch. */
  public int[] inputDims() {
    return graph.inputShape().dims();
  }
}
