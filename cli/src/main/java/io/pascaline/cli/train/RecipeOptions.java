// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.images.set.ImageSet;
import io.pascaline.training.augment.Augmentation;
import io.pascaline.training.loop.OptimiserSettings;
import io.pascaline.training.loop.Recipe;
import io.pascaline.training.loss.Distillation;
import io.pascaline.training.loss.PenaltySchedule;
import io.pascaline.training.network.ActivationFamily;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * How to train. What is not given follows from the images: one recipe for grey ones, one for
 * colour. Filled by picocli.
 */
public final class RecipeOptions {
  /** Share of an activation's range in which the penalty stays small. */
  private static final double PENALTY_BOUND_SHARE = 0.96;

  private static final double PENALTY_WEIGHT = 5;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "14",
      description = "Passes over the training images (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Images per step (default: 64 for grey, 128 for colour images).")
  private Integer batchSize;

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      description = "Peak of the cosine schedule (default: 0.03 for grey, 0.1 for colour images).")
  private Float learningRate;

  @Option(
      names = "--warm-up",
      paramLabel = "EPOCHS",
      description = "Length of the linear warm-up (default: 1, or a quarter of fewer epochs).")
  private Double warmUp;

  @Option(names = "--momentum", paramLabel = "M", description = "(default: 0.9)")
  private Float momentum;

  @Option(names = "--weight-decay", paramLabel = "D", description = "(default: 5e-4)")
  private Float weightDecay;

  @Option(
      names = "--average-decay",
      paramLabel = "D",
      description =
          "Decay of the moving average of the weights, which is what is exported; 0 for none"
              + " (default: 0 for grey, 0.995 for colour images).")
  private Double averageDecay;

  @Option(
      names = "--penalty-weight",
      paramLabel = "W",
      description =
          "Weight of the range penalty (default: 5 for polynomials, 0 for the others, which need"
              + " none).")
  private Double penaltyWeight;

  @Option(
      names = "--penalty-bound",
      paramLabel = "B",
      description = "B_reg of the penalty (default: 0.96 of the polynomial's range, 4.8).")
  private Double penaltyBound;

  @Option(
      names = "--penalty-start",
      paramLabel = "S",
      description =
          "First epoch: ramp (the loss sets in slowly, default), penalty_alone (as in the paper) or"
              + " everything.")
  private PenaltySchedule.Start penaltyStart;

  @Option(
      names = "--label-smoothing",
      paramLabel = "S",
      description = "Part of every target spread over all classes (default: 0).")
  private Double smoothing;

  @Option(
      names = "--padding",
      paramLabel = "PIXELS",
      description = "Random crop after padding (default: 1 for grey, 4 for colour images).")
  private Integer padding;

  @Option(names = "--no-mirror", description = "Do not mirror images at random.")
  private boolean noMirror;

  @Option(
      names = "--mix-up",
      paramLabel = "A",
      description = "Parameter of mix-up, 0 to 1 (default: 0, none).")
  private Double mixUp;

  @Option(
      names = "--cut-mix",
      paramLabel = "A",
      description = "Parameter of cut-mix, 0 to 1 (default: 0, none).")
  private Double cutMix;

  @Option(
      names = "--mixed-share",
      paramLabel = "P",
      description = "Share of the batches that are mixed (default: 0.5 if any are).")
  private Double mixedShare;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      description =
          "Training images kept for validation (default: 1000, or a tenth of fewer than 10000).")
  private Integer heldOut;

  @Option(
      names = "--distillation-weight",
      paramLabel = "W",
      description = "Share of the loss that the teacher gives, 0 to 1 (default: 0.5).")
  private Double distillationWeight;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Temperature of the distillation (default: 4).")
  private Double temperature;

  @Option(
      names = "--annealing-epochs",
      paramLabel = "N",
      description =
          "Over how many epochs ReLU turns into the activation, with --anneal-from (default: a"
              + " third of all).")
  private Double annealingEpochs;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description =
          "Of weights, order and augmentation; the same seed and number of threads give the same"
              + " weights (default: ${DEFAULT-VALUE}).")
  private long seed;

  /** For picocli. */
  public RecipeOptions() {}

  long seed() {
    return seed;
  }

  /**
   * Returns the recipe.
   *
   * @param images what is learnt
   * @param family the activation
   * @param taught whether there is a teacher
   * @param annealed whether the network was trained with ReLU before
   * @throws CommandFault in one line if a value is out of range
   */
  Recipe recipe(ImageSet images, ActivationFamily family, boolean taught, boolean annealed) {
    try {
      PenaltySchedule penalty = penalty(family, annealed);
      Recipe base =
          images.channels() == 1
              ? Recipe.grey(epochs, penalty, seed)
              : Recipe.colour(epochs, penalty, seed);
      return new Recipe(
          epochs,
          batchSize == null ? base.batchSize() : batchSize,
          optimiser(base.optimiser()),
          penalty,
          augmentation(base.augmentation()),
          smoothing == null ? base.smoothing() : smoothing,
          taught ? Optional.of(distillation()) : Optional.empty(),
          annealed ? or(annealingEpochs, epochs / 3.0) : 0,
          heldOut == null ? Math.min(1000, images.count() / 10) : heldOut,
          seed);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(e.getMessage(), "'pascaline train --help' explains the options", e);
    }
  }

  private PenaltySchedule penalty(ActivationFamily family, boolean annealed) {
    boolean bounded = Double.isFinite(family.range());
    double weight = or(penaltyWeight, bounded ? PENALTY_WEIGHT : 0);
    if (weight == 0) {
      return PenaltySchedule.NONE;
    }
    if (!bounded && penaltyBound == null) {
      throw new CommandFault(
          "--penalty-weight " + weight + " has no range to hold for " + family.name(),
          "give one with --penalty-bound, or no penalty");
    }
    PenaltySchedule schedule =
        new PenaltySchedule(or(penaltyBound, PENALTY_BOUND_SHARE * family.range()), weight);
    if (penaltyStart != null) {
      return schedule.withStart(penaltyStart);
    }
    return annealed ? schedule.withStart(PenaltySchedule.Start.EVERYTHING) : schedule;
  }

  private OptimiserSettings optimiser(OptimiserSettings base) {
    return new OptimiserSettings(
        learningRate == null ? base.peakRate() : learningRate,
        or(warmUp, base.warmUpEpochs()),
        momentum == null ? base.momentum() : momentum,
        base.nesterov(),
        weightDecay == null ? base.weightDecay() : weightDecay,
        base.clipNorm(),
        or(averageDecay, base.averageDecay()));
  }

  private Augmentation augmentation(Augmentation base) {
    double up = or(mixUp, base.mixUp());
    double cut = or(cutMix, base.cutMix());
    return new Augmentation(
        padding == null ? base.padding() : padding,
        base.mirrored() && !noMirror,
        up,
        cut,
        or(mixedShare, up > 0 || cut > 0 ? 0.5 : 0));
  }

  private Distillation distillation() {
    return new Distillation(
        Distillation.Measure.DIVERGENCE, or(distillationWeight, 0.5), or(temperature, 4));
  }

  private static double or(Double given, double otherwise) {
    return given == null ? otherwise : given;
  }
}
