// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.images.set.ImageSet;
import io.pascaline.training.augment.Augmentation;
import io.pascaline.training.loop.EndLayers;
import io.pascaline.training.loop.OptimiserSettings;
import io.pascaline.training.loop.Recipe;
import io.pascaline.training.loss.Distillation;
import io.pascaline.training.loss.PenaltySchedule;
import io.pascaline.training.network.ActivationFamily;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/**
 * How to train. What is not given follows from the images: one recipe for grey ones, one for
 * colour. Filled by picocli.
 */
public final class RecipeOptions {
  /** Share of an activation's range in which the penalty stays small. */
  private static final double PENALTY_BOUND_SHARE = 0.96;

  private static final double PENALTY_WEIGHT = 5;

  private static final Pattern TIME = Pattern.compile("([0-9]+(?:[.][0-9]+)?) ?(min|h)");
  private static final double MINUTES_PER_HOUR = 60;
  private static final double MS_PER_MINUTE = 60_000;
  private static final int USUAL_EPOCHS = 14;

  /** Networks that are trained by the recipe of wide ones unless another is asked for. */
  private static final String WIDE_PREFIX = "wide-";

  /** Wide networks whose first layer is there to be whitened. */
  private static final Set<String> WHITENED = Set.of("wide-m", "wide-l", "wide-xl");

  /** Defaults of all options. */
  enum RecipeName {
    /** By the images' channels. */
    USUAL,
    /** {@link Recipe#wide}. */
    WIDE
  }

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the training images (default: 14).")
  private Integer epochs;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      description =
          "Chooses the epochs so that training takes this long, from the time of its first steps;"
              + " for instance 90min or 2h. Not together with --epochs.")
  private String budget;

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      description =
          "Defaults of the other options: usual, or wide (short training of wide networks: whitened"
              + " first layer, triangular schedule, label smoothing 0.1, scaled logits; default for"
              + " wide-s, wide-m, wide-l and wide-xl).")
  private RecipeName recipeName;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description = "How the rate falls: cosine or triangle (default: cosine; triangle for wide).")
  private OptimiserSettings.Schedule schedule;

  @Option(
      names = "--whiten",
      negatable = true,
      description =
          "The first convolution whitens patches of the training images and does not learn"
              + " (default: for wide networks whose first layer is 2x2).")
  private Boolean whiten;

  @Option(
      names = "--logit-scale",
      paramLabel = "F",
      description = "Factor of the logits while training (default: 1; 0.25 for wide).")
  private Double logitScale;

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
      description =
          "Share of the loss that the teacher gives, 0 to 1 (default: 0.5; 0.9 with --fine-tune).")
  private Double distillationWeight;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Temperature of the distillation (default: 4; 2 with --fine-tune).")
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
   * Returns the time that training is to take, if the options give one.
   *
   * @throws CommandFault in one line if it is no time, or the epochs are given, too
   */
  Optional<Duration> budget() {
    if (budget == null) {
      return Optional.empty();
    }
    if (epochs != null) {
      throw new CommandFault(
          "--budget " + budget + " and --epochs " + epochs + " exclude each other",
          "leave one of them out");
    }
    Matcher matcher = TIME.matcher(budget);
    if (!matcher.matches()) {
      throw new CommandFault("--budget " + budget + " is no time", "write it as 90min or 1.5h");
    }
    double minutes = Double.parseDouble(matcher.group(1));
    double scale = matcher.group(2).equals("h") ? MINUTES_PER_HOUR : 1;
    return Optional.of(Duration.ofMillis(Math.round(minutes * scale * MS_PER_MINUTE)));
  }

  /**
   * What a recipe is for.
   *
   * @param model the network's name or file, or null for the usual one
   * @param images what can be learnt
   * @param family the activation
   * @param taught whether there is a teacher
   * @param annealed whether the network was trained with ReLU before
   */
  record Subject(
      String model, ImageSet images, ActivationFamily family, boolean taught, boolean annealed) {}

  /**
   * Returns the recipe, with the epochs that the options give.
   *
   * @throws CommandFault in one line if a value is out of range
   */
  Recipe recipe(Subject subject) {
    return recipe(subject, epochs == null ? USUAL_EPOCHS : epochs);
  }

  /**
   * Returns the recipe for a number of epochs that was chosen otherwise.
   *
   * @param passes the epochs
   * @throws CommandFault in one line if a value is out of range
   */
  Recipe recipe(Subject subject, int passes) {
    String model = subject.model();
    ImageSet images = subject.images();
    ActivationFamily family = subject.family();
    boolean annealed = subject.annealed();
    try {
      PenaltySchedule penalty = penalty(family, annealed);
      boolean tuned = family instanceof ActivationFamily.Kept;
      Recipe base = base(model, images.channels() == 1, tuned, passes, penalty);
      Recipe.Builder recipe =
          Recipe.builder(passes, optimiser(base.optimiser()), seed)
              .batchSize(batchSize == null ? base.batchSize() : batchSize)
              .penalty(penalty)
              .augmentation(augmentation(base.augmentation()))
              .smoothing(smoothing == null ? base.smoothing() : smoothing)
              .annealingEpochs(annealed ? or(annealingEpochs, passes / 3.0) : 0)
              .endLayers(endLayers(model, base.endLayers()))
              .heldOut(heldOut == null ? Math.min(1000, images.count() / 10) : heldOut);
      if (subject.taught()) {
        recipe.distillation(distillation(base));
      }
      return recipe.build();
    } catch (IllegalArgumentException e) {
      throw new CommandFault(e.getMessage(), "'pascaline train --help' explains the options", e);
    }
  }

  private Recipe base(
      String model, boolean grey, boolean tuned, int passes, PenaltySchedule penalty) {
    boolean wide =
        recipeName == null
            ? model != null && model.startsWith(WIDE_PREFIX) && !model.endsWith(".onnx")
            : recipeName == RecipeName.WIDE;
    if (tuned) {
      return Recipe.fineTuning(passes, seed);
    }
    if (wide) {
      return Recipe.wide(passes, grey ? 1 : 2, penalty, seed);
    }
    return grey ? Recipe.grey(passes, penalty, seed) : Recipe.colour(passes, penalty, seed);
  }

  private EndLayers endLayers(String model, EndLayers base) {
    boolean whitened = base.whitened() && model != null && WHITENED.contains(model);
    return new EndLayers(whiten == null ? whitened : whiten, or(logitScale, base.logitScale()));
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
        schedule == null ? base.schedule() : schedule,
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

  private Distillation distillation(Recipe base) {
    Distillation usual =
        base.distillation().orElse(new Distillation(Distillation.Measure.DIVERGENCE, 0.5, 4));
    return new Distillation(
        usual.measure(),
        or(distillationWeight, usual.weight()),
        or(temperature, usual.temperature()));
  }

  private static double or(Double given, double otherwise) {
    return given == null ? otherwise : given;
  }
}
