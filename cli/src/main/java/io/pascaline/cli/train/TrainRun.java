// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.images.set.DataSet;
import io.pascaline.images.set.DataSets;
import io.pascaline.images.set.ImageSet;
import io.pascaline.images.set.ImageSubset;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HadamardDiagonal;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.training.StepTiming;
import io.pascaline.training.Training;
import io.pascaline.training.TrainingOutcome;
import io.pascaline.training.TrainingRequest;
import io.pascaline.training.TrainingStoppedException;
import io.pascaline.training.export.WeightFormat;
import io.pascaline.training.loop.Recipe;
import io.pascaline.training.network.ActivationFamily;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Trains a network, writes it and measures it in private. */
public final class TrainRun {
  private static final String DEFAULT_MODEL = "fashion";

  private final TrainOptions options;
  private final RecipeOptions recipe;
  private final List<String> words;
  private final boolean quiet;
  private final PrintWriter out;
  private final PrintWriter err;

  /**
   * Prepares a run.
   *
   * @param options what to train
   * @param recipe how
   * @param words the command line, for the model card
   * @param quiet whether to show no progress
   * @param out the standard output
   * @param err the standard error
   */
  public TrainRun(
      TrainOptions options,
      RecipeOptions recipe,
      List<String> words,
      boolean quiet,
      PrintWriter out,
      PrintWriter err) {
    this.options = options;
    this.recipe = recipe;
    this.words = words;
    this.quiet = quiet;
    this.out = out;
    this.err = err;
  }

  /**
   * Trains, writes and measures.
   *
   * @return the exit code: 0, or {@link NativeLibraries#EXIT_CODE}
   * @throws CommandFault in one line if an option is wrong, or training stops
   */
  public int run() {
    require("--checkpoint-steps", options.checkpointSteps, 0);
    require("--secure-images", options.secureImages, 0);
    int threadCount =
        options.threads == null ? Runtime.getRuntime().availableProcessors() : options.threads;
    require("--threads", threadCount, 1);
    ActivationFamily named = family();
    WeightFormat weights = weightFormat();
    requireOutput();
    DataSet set = DataSets.open(options.data);
    ImageSet images = options.images == null ? set.training() : first(set.training());
    NetworkGraph given = options.hadamard ? hadamard(graph(images)) : graph(images);
    Optional<NetworkGraph> teaching = teacher(images, given);
    boolean tunes = options.fineTune != null;
    NetworkGraph graph =
        tunes ? FineTuning.approximated(given, images, options.terms, recipe.seed()) : given;
    ActivationFamily family = tunes ? new ActivationFamily.Kept(options.terms) : named;
    Optional<Duration> budget = budget();
    RecipeOptions.Subject subject =
        new RecipeOptions.Subject(
            options.model, images, family, teaching.isPresent(), options.annealFrom != null);
    Recipe asked = recipe.recipe(subject);
    boolean isBySteps = options.steps != null;
    ImageSet training = isBySteps ? drawn(images, asked) : images;
    Recipe planned = isBySteps ? recipe.recipe(subject, 1) : asked;
    TrainingRequest request = request(graph, family, training, set, planned, teaching);
    if (NativeLibraries.areToBeFetched()) {
      return NativeLibraries.EXIT_CODE;
    }
    NativeLibraries.require();
    NativeLibraries.configure(threadCount);
    out.println("data: " + set.name() + ", " + set.describe());
    if (budget.isPresent()) {
      int epochs = epochs(request, budget.get());
      request = request.withRecipe(recipe.recipe(subject, epochs));
    }
    TrainingOutcome outcome = train(request);
    Provenance provenance =
        new Provenance(
            set,
            training.count(),
            family,
            request.recipe(),
            teacherFile(),
            Optional.ofNullable(options.annealFrom),
            threadCount,
            RepeatedCommand.of(words),
            outcome);
    new TrainedModel(
            options.output,
            name(graph),
            weights,
            Optional.ofNullable(options.licence),
            Optional.ofNullable(options.intendedUse),
            provenance)
        .finish(
            Optional.ofNullable(options.compare == null ? options.annealFrom : options.compare),
            options.secureImages,
            quiet,
            out);
    return 0;
  }

  private Optional<Path> teacherFile() {
    Path own = options.fineTune == null ? options.annealFrom : options.fineTune;
    return Optional.ofNullable(options.teacher == null ? own : options.teacher);
  }

  private Optional<Duration> budget() {
    Optional<Duration> budget = recipe.budget();
    if (budget.isPresent() && options.resume) {
      throw new CommandFault(
          "--budget and --resume exclude each other",
          "give --epochs as the interrupted run printed them");
    }
    return budget;
  }

  /** Returns as many images as the steps learn from in one epoch, and those held out. */
  private ImageSet drawn(ImageSet training, Recipe asked) {
    require("--steps", options.steps, 1);
    long count = (long) options.steps * asked.batchSize() + asked.heldOut();
    if (count > training.count()) {
      throw new CommandFault(
          "--steps " + options.steps + " need " + count + " images, there are " + training.count(),
          "give fewer, or --epochs");
    }
    return count == training.count()
        ? training
        : ImageSubset.split(training, Math.toIntExact(count), recipe.seed()).validation();
  }

  private int epochs(TrainingRequest request, Duration budget) {
    StepTiming timing = StepTiming.of(request);
    int epochs = timing.epochs(budget);
    out.println(
        String.format(
            Locale.ROOT,
            "budget: %.0f ms a step, %d steps an epoch, so --epochs %d",
            timing.stepMs(),
            timing.stepsPerEpoch(),
            epochs));
    out.flush();
    return epochs;
  }

  private TrainingOutcome train(TrainingRequest request) {
    TrainProgress progress = new TrainProgress(out, err, quiet, new LearningCurve(options.output));
    StoppedAtExit stopping = new StoppedAtExit(progress::stop);
    try {
      return Training.run(request, progress);
    } catch (TrainingStoppedException e) {
      // Said here: what fails while the JVM stops is not reported.
      progress.onStopped(e.getMessage());
      throw new CommandFault(e.getMessage(), "run the same command with --resume to continue", e);
    } catch (IOException e) {
      throw new CommandFault(e.getMessage(), "then run the same command with --resume", e);
    } finally {
      stopping.ended();
    }
  }

  private TrainingRequest request(
      NetworkGraph graph,
      ActivationFamily family,
      ImageSet training,
      DataSet set,
      Recipe chosen,
      Optional<NetworkGraph> teaching) {
    try {
      return new TrainingRequest(
          graph,
          // A transform's outputs are large, so its statistics have to be taken first, too.
          options.hadamard
              || options.fineTune != null
              || options.annealFrom != null
              || options.model != null && options.model.endsWith(".onnx"),
          family,
          training,
          Optional.of(set.test()),
          chosen,
          teaching,
          checkpoints(),
          options.checkpointSteps);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          e.getMessage(), "give data and network that fit together ('pascaline train --help')", e);
    }
  }

  private static NetworkGraph hadamard(NetworkGraph graph) {
    NetworkGraph replaced = HadamardDiagonal.replaced(graph);
    if (replaced.nodes().equals(graph.nodes())) {
      throw new CommandFault(
          "--hadamard finds no square layer in " + graph.name() + " whose size is a power of two",
          "leave it out, or train wide-h, vgg16 or minionn");
    }
    return replaced;
  }

  private WeightFormat weightFormat() {
    try {
      return WeightFormat.valueOf(options.weights.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          "no format --weights " + options.weights, "give float32, float16 or int8", e);
    }
  }

  private ActivationFamily family() {
    try {
      return ActivationFamily.of(options.activation);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          "no activation " + options.activation,
          "give one of " + String.join(", ", ActivationFamily.names()),
          e);
    }
  }

  private ImageSet first(ImageSet training) {
    require("--images", options.images, 1);
    return ImageSubset.first(training, options.images);
  }

  private NetworkGraph graph(ImageSet training) {
    if (options.fineTune != null) {
      return tuned(training);
    }
    if (options.annealFrom == null) {
      return ModelChoice.build(
          options.model == null ? DEFAULT_MODEL : options.model, training, recipe.seed());
    }
    if (options.model != null) {
      throw new CommandFault(
          "--model "
              + options.model
              + " and --anneal-from "
              + options.annealFrom
              + " exclude each other",
          "leave one of them out");
    }
    return withRelu(
        ModelChoice.imported(options.annealFrom, "--anneal-from", training), options.annealFrom);
  }

  private NetworkGraph tuned(ImageSet training) {
    require("--terms", options.terms, 1);
    if (options.model != null || options.annealFrom != null || options.hadamard) {
      throw new CommandFault(
          "--fine-tune " + options.fineTune + " names the network and what becomes of it",
          "leave --model, --anneal-from and --hadamard out");
    }
    return ModelChoice.imported(options.fineTune, "--fine-tune", training);
  }

  private Optional<NetworkGraph> teacher(ImageSet training, NetworkGraph graph) {
    if (options.teacher != null) {
      return Optional.of(
          withRelu(ModelChoice.imported(options.teacher, "--teacher", training), options.teacher));
    }
    return options.annealFrom == null && options.fineTune == null
        ? Optional.empty()
        : Optional.of(graph);
  }

  private static NetworkGraph withRelu(NetworkGraph graph, Path file) {
    for (GraphNode node : graph.nodes()) {
      if (node instanceof ReluNode) {
        return graph;
      }
    }
    throw new CommandFault(
        file + " has no ReLU", "give a network that was trained with --activation relu");
  }

  private String name(NetworkGraph graph) {
    // A network that was read from a file is called by its path.
    String plain =
        graph.name().replaceAll("^.*[/\\\\]|[.]onnx$", "").replaceAll("[^A-Za-z0-9._-]+", "_");
    String activations = String.join("|", ActivationFamily.names());
    if (options.fineTune != null) {
      return plain.replaceAll("-relu$", "") + "-tuned-harmonic" + options.terms;
    }
    return plain.replaceAll("-(" + activations + ")$", "")
        + (options.hadamard ? "-hadamard" : "")
        + "-"
        + options.activation;
  }

  private Path checkpoints() {
    return options.output.resolve("checkpoint");
  }

  /** The folder must be usable, and an earlier run's checkpoint is neither lost nor taken up. */
  private void requireOutput() {
    try {
      Files.createDirectories(options.output);
    } catch (IOException e) {
      throw new CommandFault(
          "--output " + options.output + " cannot be made (" + e.getMessage() + ")",
          "name a folder that is yours",
          e);
    }
    if (!Files.isWritable(options.output)) {
      throw new CommandFault(
          "--output " + options.output + " cannot be written", "name a folder that is yours");
    }
    boolean there = Files.isDirectory(checkpoints());
    if (there && !options.resume) {
      throw new CommandFault(
          options.output + " holds a checkpoint",
          "add --resume to continue, or give another --output, or delete " + checkpoints());
    }
  }

  private static void require(String option, int value, int min) {
    if (value < min) {
      throw new CommandFault(option + " " + value + " is too small", "give at least " + min);
    }
  }
}
