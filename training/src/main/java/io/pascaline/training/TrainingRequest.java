// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import io.pascaline.images.set.ImageSet;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.training.loop.Recipe;
import io.pascaline.training.network.ActivationFamily;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What is to be trained, on what, and how.
 *
 * @param graph layout and first weights; affine nodes become batch normalisation
 * @param pretrained whether those weights were trained before, so that training goes on from the
 *     function that they are
 * @param family what all activations become
 * @param training images to learn from
 * @param test images to judge by at the end; nothing is learnt or chosen from them
 * @param recipe how
 * @param teacher a network with exact ReLU whose logits are learnt from, if the recipe distils
 * @param checkpoints folder of the run's state; a run finds its own there and goes on from it
 * @param checkpointSteps steps between two checkpoints within an epoch; there is always one at the
 *     end of an epoch; 0 for no others
 */
public record TrainingRequest(
    NetworkGraph graph,
    boolean pretrained,
    ActivationFamily family,
    ImageSet training,
    Optional<ImageSet> test,
    Recipe recipe,
    Optional<NetworkGraph> teacher,
    Path checkpoints,
    int checkpointSteps) {

  /** Checks that images and network fit together. */
  public TrainingRequest {
    Objects.requireNonNull(family, "family");
    Objects.requireNonNull(checkpoints, "checkpoints");
    requireFit("training images", graph, training);
    test.ifPresent(images -> requireFit("test images", graph, images));
    teacher.ifPresent(
        network -> {
          if (!network.inputShape().equals(graph.inputShape())
              || !network.outputShape().equals(graph.outputShape())) {
            throw new IllegalArgumentException(
                "the teacher '%s' turns %s into %s, the network '%s' %s into %s"
                    .formatted(
                        network.name(),
                        network.inputShape(),
                        network.outputShape(),
                        graph.name(),
                        graph.inputShape(),
                        graph.outputShape()));
          }
        });
    if (recipe.distillation().isPresent() && teacher.isEmpty()) {
      throw new IllegalArgumentException("the recipe distils, but there is no teacher");
    }
    if (checkpointSteps < 0) {
      throw new IllegalArgumentException("checkpointSteps " + checkpointSteps);
    }
    if (pretrained && recipe.endLayers().logitScale() != 1) {
      throw new IllegalArgumentException(
          "logitScale %s is for fresh weights, not for a pretrained network"
              .formatted(recipe.endLayers().logitScale()));
    }
    int left = training.count() - recipe.heldOut();
    if (left < recipe.batchSize()) {
      throw new IllegalArgumentException(
          "batchSize %d for %d images (%d held out)"
              .formatted(recipe.batchSize(), left, recipe.heldOut()));
    }
  }

  /** From fresh weights, without a teacher, with a checkpoint after every epoch. */
  public static TrainingRequest fresh(
      NetworkGraph graph,
      ActivationFamily family,
      ImageSet training,
      Optional<ImageSet> test,
      Recipe recipe,
      Path checkpoints) {
    return new TrainingRequest(
        graph, false, family, training, test, recipe, Optional.empty(), checkpoints, 0);
  }

  /** Returns the same by another recipe. */
  public TrainingRequest withRecipe(Recipe other) {
    return new TrainingRequest(
        graph, pretrained, family, training, test, other, teacher, checkpoints, checkpointSteps);
  }

  /** Returns the same with its checkpoints in another folder. */
  TrainingRequest apart(Path folder) {
    return new TrainingRequest(
        graph, pretrained, family, training, test, recipe, teacher, folder, checkpointSteps);
  }

  private static void requireFit(String name, NetworkGraph graph, ImageSet images) {
    Shape shape = Shape.of(images.channels(), images.height(), images.width());
    if (!shape.equals(graph.inputShape())) {
      throw new IllegalArgumentException(
          "%s are %s, network '%s' takes %s"
              .formatted(name, shape, graph.name(), graph.inputShape()));
    }
    int classCount = graph.outputShape().elementCount();
    if (images.classCount() != classCount) {
      throw new IllegalArgumentException(
          "%s have %d classes, network '%s' tells %d apart"
              .formatted(name, images.classCount(), graph.name(), classCount));
    }
  }

  /**
   * Returns all that decides the weights, in words; a checkpoint of other words is not this run's.
   */
  String description() {
    return "network %s with %d nodes%s, %s, %d images of %d classes, teacher %s, %s"
        .formatted(
            graph.name(),
            graph.nodes().size(),
            pretrained ? " (pretrained)" : "",
            family.name(),
            training.count(),
            training.classCount(),
            teacher.map(NetworkGraph::name).orElse("none"),
            recipe);
  }
}
