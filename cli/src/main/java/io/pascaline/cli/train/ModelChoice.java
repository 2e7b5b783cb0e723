// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.images.set.ImageSet;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.OutputTransform;
import io.pascaline.layers.zoo.Zoo;
import io.pascaline.protocols.linear.Shape;
import java.nio.file.Path;

/** The network that {@code --model} names, for the size and the classes of the given images. */
final class ModelChoice {
  private ModelChoice() {}

  /**
   * Returns an untrained network.
   *
   * @param name one of {@link Zoo#names()}, or an ONNX file whose layout and weights to start from
   * @param images what it is to learn
   * @param seed of the weights
   * @throws CommandFault in one line if there is no such network, or it takes other images
   */
  static NetworkGraph build(String name, ImageSet images, long seed) {
    if (Zoo.names().contains(name)) {
      try {
        return Zoo.build(name, shape(images), images.classCount(), null, seed);
      } catch (IllegalArgumentException e) {
        throw new CommandFault(
            "--model "
                + name
                + " does not take images of "
                + shape(images)
                + " ("
                + e.getMessage()
                + ")",
            "give another network, or larger images",
            e);
      }
    }
    if (name.endsWith(".onnx")) {
      return imported(Path.of(name), "--model", images);
    }
    throw new CommandFault(
        "no network " + name, "give " + String.join(", ", Zoo.names()) + " or an ONNX file");
  }

  /**
   * Returns a network from a file.
   *
   * @param option that named it, for faults
   * @throws CommandFault in one line if it takes other images or tells other classes apart
   */
  static NetworkGraph imported(Path file, String option, ImageSet images) {
    return fitting(LoadedModel.load(file).graph(), option + " " + file, images);
  }

  private static NetworkGraph fitting(NetworkGraph graph, String what, ImageSet images) {
    if (!graph.inputShape().equals(shape(images))) {
      throw new CommandFault(
          what + " takes " + graph.inputShape() + " but the images are " + shape(images),
          "give a network for these images, or images of its size");
    }
    if (graph.outputShape().elementCount() != images.classCount()) {
      throw new CommandFault(
          what
              + " tells "
              + graph.outputShape().elementCount()
              + " classes apart but the data has "
              + images.classCount(),
          "give a network and data of the same classes");
    }
    OutputTransform end = graph.outputTransform();
    // Training makes the largest output that of the right class.
    if (end.kind() == OutputTransform.Kind.ARG_MIN
        || end.classCount(images.classCount()) != images.classCount()) {
      throw new CommandFault(
          what + " ends in " + end.kind() + ", so its largest output is not the class",
          "give a network whose largest output is the class");
    }
    return graph;
  }

  private static Shape shape(ImageSet images) {
    return Shape.of(images.channels(), images.height(), images.width());
  }
}
