// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

import static io.pascaline.training.loop.OptimiserSettings.Schedule.COSINE;
import static io.pascaline.training.loop.OptimiserSettings.Schedule.TRIANGLE;

import io.pascaline.training.augment.Augmentation;
import io.pascaline.training.loss.Distillation;
import io.pascaline.training.loss.PenaltySchedule;
import java.util.Objects;
import java.util.Optional;

/**
 * How a network is trained: all that, with data, architecture and thread count, decides its
 * weights.
 *
 * @param epochs passes over the training images
 * @param batchSize images per step
 * @param optimiser how weights follow gradients
 * @param penalty of activation inputs out of range
 * @param augmentation how images are varied
 * @param smoothing part of every target that is spread evenly over all classes
 * @param distillation how much a teacher counts, where there is one
 * @param annealingEpochs over how many epochs ReLU turns into the network's own activation; 0: at
 *     once
 * @param endLayers what is special about the first and the last layer
 * @param heldOut training images that are kept for validation
 * @param seed of the order of the images, their variation and the choice of those held out
 */
public record Recipe(
    int epochs,
    int batchSize,
    OptimiserSettings optimiser,
    PenaltySchedule penalty,
    Augmentation augmentation,
    double smoothing,
    Optional<Distillation> distillation,
    double annealingEpochs,
    EndLayers endLayers,
    int heldOut,
    long seed) {

  /** Checks the values that no other class checks. */
  public Recipe {
    if (epochs < 1 || batchSize < 2) {
      throw new IllegalArgumentException("epochs " + epochs + ", batchSize " + batchSize);
    }
    if (optimiser.warmUpEpochs() >= epochs) {
      throw new IllegalArgumentException(
          "warmUpEpochs " + optimiser.warmUpEpochs() + " of " + epochs + " epochs");
    }
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException("smoothing " + smoothing);
    }
    if (!(annealingEpochs >= 0 && annealingEpochs < epochs)) {
      throw new IllegalArgumentException(
          "annealingEpochs " + annealingEpochs + " of " + epochs + " epochs");
    }
    Objects.requireNonNull(endLayers, "endLayers");
    if (heldOut < 0) {
      throw new IllegalArgumentException("heldOut " + heldOut);
    }
  }

  /**
   * For small grey images such as Fashion-MNIST.
   *
   * @param penalty none for activations that are good at any input
   */
  public static Recipe grey(int epochs, PenaltySchedule penalty, long seed) {
    return new Recipe(
        epochs,
        64,
        new OptimiserSettings(
            0.03f,
            COSINE,
            Math.min(1, epochs / 4.0),
            0.9f,
            false,
            5e-4f,
            Double.POSITIVE_INFINITY,
            0),
        penalty,
        Augmentation.cropAndMirror(1),
        0,
        Optional.empty(),
        0,
        EndLayers.TRAINED,
        0,
        seed);
  }

  /**
   * For 32x32 colour images such as CIFAR-10.
   *
   * @param penalty none for activations that are good at any input
   */
  public static Recipe colour(int epochs, PenaltySchedule penalty, long seed) {
    return new Recipe(
        epochs,
        128,
        new OptimiserSettings(0.1f, COSINE, Math.min(1, epochs / 4.0), 0.9f, true, 5e-4f, 5, 0.995),
        penalty,
        Augmentation.cropAndMirror(4),
        0,
        Optional.empty(),
        0,
        EndLayers.TRAINED,
        1000,
        seed);
  }

  /**
   * For a short training of wide, shallow networks, after K. Jordan, "94% on CIFAR-10 in 3.29
   * Seconds on a Single GPU" (arXiv 2404.00498).
   *
   * @param padding pixels by which images move at most
   * @param penalty none for activations that are good at any input
   */
  public static Recipe wide(int epochs, int padding, PenaltySchedule penalty, long seed) {
    return new Recipe(
        epochs,
        256,
        new OptimiserSettings(0.25f, TRIANGLE, 0.23 * epochs, 0.9f, true, 1e-3f, 5, 0.995),
        penalty,
        Augmentation.cropAndMirror(padding),
        0.1,
        Optional.empty(),
        0,
        new EndLayers(true, 0.25),
        1000,
        seed);
  }

  /**
   * For a trained network whose activations have been approximated: a few hundred steps at a low
   * rate, guided mostly by the answers of the network before.
   */
  public static Recipe fineTuning(int epochs, long seed) {
    return new Recipe(
        epochs,
        128,
        new OptimiserSettings(0.005f, COSINE, 0.1 * epochs, 0.9f, true, 5e-4f, 5, 0.98),
        PenaltySchedule.NONE,
        Augmentation.cropAndMirror(4),
        0,
        Optional.of(new Distillation(Distillation.Measure.DIVERGENCE, 0.9, 2)),
        0,
        EndLayers.TRAINED,
        1000,
        seed);
  }

  /** Returns the same with another optimiser. */
  public Recipe with(OptimiserSettings newOptimiser) {
    return new Recipe(
        epochs,
        batchSize,
        newOptimiser,
        penalty,
        augmentation,
        smoothing,
        distillation,
        annealingEpochs,
        endLayers,
        heldOut,
        seed);
  }

  /** Returns the same with other images. */
  public Recipe with(Augmentation newAugmentation, double newSmoothing) {
    return new Recipe(
        epochs,
        batchSize,
        optimiser,
        penalty,
        newAugmentation,
        newSmoothing,
        distillation,
        annealingEpochs,
        endLayers,
        heldOut,
        seed);
  }

  /** Returns the same, learning from a teacher too and turning slowly from ReLU. */
  public Recipe from(Distillation newDistillation, double newAnnealingEpochs) {
    return new Recipe(
        epochs,
        batchSize,
        optimiser,
        penalty,
        augmentation,
        smoothing,
        Optional.of(newDistillation),
        newAnnealingEpochs,
        endLayers,
        heldOut,
        seed);
  }

  /** Returns the same with another batch size and number of images held out. */
  public Recipe with(int newBatchSize, int newHeldOut) {
    return new Recipe(
        epochs,
        newBatchSize,
        optimiser,
        penalty,
        augmentation,
        smoothing,
        distillation,
        annealingEpochs,
        endLayers,
        newHeldOut,
        seed);
  }
}
