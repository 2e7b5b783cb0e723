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
    OptimiserSettings optimiser =
        new OptimiserSettings(
            0.03f,
            COSINE,
            Math.min(1, epochs / 4.0),
            0.9f,
            false,
            5e-4f,
            Double.POSITIVE_INFINITY,
            0);
    return builder(epochs, optimiser, seed)
        .batchSize(64)
        .penalty(penalty)
        .augmentation(Augmentation.cropAndMirror(1))
        .build();
  }

  /**
   * For 32x32 colour images such as CIFAR-10.
   *
   * @param penalty none for activations that are good at any input
   */
  public static Recipe colour(int epochs, PenaltySchedule penalty, long seed) {
    OptimiserSettings optimiser =
        new OptimiserSettings(0.1f, COSINE, Math.min(1, epochs / 4.0), 0.9f, true, 5e-4f, 5, 0.995);
    return builder(epochs, optimiser, seed)
        .penalty(penalty)
        .augmentation(Augmentation.cropAndMirror(4))
        .heldOut(1000)
        .build();
  }

  /**
   * For a short training of wide, shallow networks, after K. Jordan, "94% on CIFAR-10 in 3.29
   * Seconds on a Single GPU" (arXiv 2404.00498).
   *
   * @param padding pixels by which images move at most
   * @param penalty none for activations that are good at any input
   */
  public static Recipe wide(int epochs, int padding, PenaltySchedule penalty, long seed) {
    OptimiserSettings optimiser =
        new OptimiserSettings(0.25f, TRIANGLE, 0.23 * epochs, 0.9f, true, 1e-3f, 5, 0.995);
    return builder(epochs, optimiser, seed)
        .batchSize(256)
        .penalty(penalty)
        .augmentation(Augmentation.cropAndMirror(padding))
        .smoothing(0.1)
        .endLayers(new EndLayers(true, 0.25))
        .heldOut(1000)
        .build();
  }

  /**
   * For a trained network whose activations have been approximated: a few hundred steps at a low
   * rate, guided mostly by the answers of the network before.
   */
  public static Recipe fineTuning(int epochs, long seed) {
    OptimiserSettings optimiser =
        new OptimiserSettings(0.005f, COSINE, 0.1 * epochs, 0.9f, true, 5e-4f, 5, 0.98);
    return builder(epochs, optimiser, seed)
        .augmentation(Augmentation.cropAndMirror(4))
        .distillation(new Distillation(Distillation.Measure.DIVERGENCE, 0.9, 2))
        .heldOut(1000)
        .build();
  }

  /**
   * Returns a builder of a plain recipe: 128 images in a step, no penalty, no variation of the
   * images, no teacher, no image held out.
   */
  public static Builder builder(int epochs, OptimiserSettings optimiser, long seed) {
    return new Builder(epochs, optimiser, seed);
  }

  /** Returns a builder that has these values. */
  public Builder toBuilder() {
    Builder builder =
        builder(epochs, optimiser, seed)
            .batchSize(batchSize)
            .penalty(penalty)
            .augmentation(augmentation)
            .smoothing(smoothing)
            .annealingEpochs(annealingEpochs)
            .endLayers(endLayers)
            .heldOut(heldOut);
    distillation.ifPresent(builder::distillation);
    return builder;
  }

  /** Builds a recipe. Fluent; {@link #build} checks the values. Not thread-safe. */
  public static final class Builder {
    private final int epochs;
    private final OptimiserSettings optimiser;
    private final long seed;
    private int batchSize = 128;
    private PenaltySchedule penalty = PenaltySchedule.NONE;
    private Augmentation augmentation = Augmentation.NONE;
    private double smoothing;
    private Optional<Distillation> distillation = Optional.empty();
    private double annealingEpochs;
    private EndLayers endLayers = EndLayers.TRAINED;
    private int heldOut;

    private Builder(int epochs, OptimiserSettings optimiser, long seed) {
      this.epochs = epochs;
      this.optimiser = optimiser;
      this.seed = seed;
    }

    /** Sets the images of a step. */
    public Builder batchSize(int images) {
      batchSize = images;
      return this;
    }

    /** Sets the penalty of activation inputs out of range. */
    public Builder penalty(PenaltySchedule schedule) {
      penalty = schedule;
      return this;
    }

    /** Sets how images are varied. */
    public Builder augmentation(Augmentation variation) {
      augmentation = variation;
      return this;
    }

    /** Sets the part of every target that is spread evenly over all classes. */
    public Builder smoothing(double part) {
      smoothing = part;
      return this;
    }

    /** Sets how much a teacher counts. */
    public Builder distillation(Distillation ofTeacher) {
      distillation = Optional.of(ofTeacher);
      return this;
    }

    /** Sets over how many epochs ReLU turns into the network's own activation. */
    public Builder annealingEpochs(double count) {
      annealingEpochs = count;
      return this;
    }

    /** Sets what is special about the first and the last layer. */
    public Builder endLayers(EndLayers layers) {
      endLayers = layers;
      return this;
    }

    /** Sets how many training images are kept for validation. */
    public Builder heldOut(int images) {
      heldOut = images;
      return this;
    }

    /**
     * Returns the recipe.
     *
     * @throws IllegalArgumentException for a value that is out of range
     */
    public Recipe build() {
      return new Recipe(
          epochs,
          batchSize,
          optimiser,
          penalty,
          augmentation,
          smoothing,
          distillation,
          annealingEpochs,
          endLayers,
          heldOut,
          seed);
    }
  }
}
