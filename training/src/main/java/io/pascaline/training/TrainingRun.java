// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import io.pascaline.images.set.ImageSet;
import io.pascaline.images.set.ImageSubset;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.training.augment.Batch;
import io.pascaline.training.augment.BatchMaker;
import io.pascaline.training.checkpoint.Checkpoint;
import io.pascaline.training.checkpoint.CheckpointFile;
import io.pascaline.training.checkpoint.Progress;
import io.pascaline.training.data.ChannelNormalisation;
import io.pascaline.training.data.Whitening;
import io.pascaline.training.loop.Escape;
import io.pascaline.training.loop.EvaluationReport;
import io.pascaline.training.loop.Learner;
import io.pascaline.training.loop.Recipe;
import io.pascaline.training.loop.Schedules;
import io.pascaline.training.loop.StepPlan;
import io.pascaline.training.loop.StepResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** One run, step by step, with its checkpoints and reports. To be used by one thread. */
final class TrainingRun implements AutoCloseable {
  private static final double NS_PER_MS = 1e6;
  private static final int SETTLING_IMAGES = 500;
  private static final int RANGE_IMAGES = 1000;

  private final TrainingRequest request;
  private final TrainingListener listener;
  private final Recipe recipe;
  private final ImageSet learnt;
  private final Optional<ImageSet> heldOut;
  private final ChannelNormalisation normalisation;
  private final BatchMaker batches;
  private final Schedules schedules;
  private final Learner learner;
  private final CheckpointFile file;
  private final EscapeWatch watch;
  private Progress progress = Progress.at(0);
  private double spentMs;
  private long stepsSpent;

  TrainingRun(TrainingRequest request, TrainingListener listener) throws IOException {
    this.request = request;
    this.listener = listener;
    this.recipe = request.recipe();
    if (recipe.heldOut() > 0) {
      ImageSubset.Split split =
          ImageSubset.split(request.training(), recipe.heldOut(), recipe.seed());
      learnt = split.training();
      heldOut = Optional.of(split.validation());
    } else {
      learnt = request.training();
      heldOut = Optional.empty();
    }
    normalisation = ChannelNormalisation.of(learnt);
    batches =
        new BatchMaker(
            learnt,
            normalisation,
            recipe.augmentation(),
            recipe.smoothing(),
            recipe.batchSize(),
            recipe.seed());
    schedules = new Schedules(recipe, batches.stepsPerEpoch());
    file = new CheckpointFile(request.checkpoints());
    Optional<Checkpoint> checkpoint = ownCheckpoint();
    learner = Learner.of(firstGraph(), request.family(), request.teacher(), recipe);
    try {
      watch = new EscapeWatch(recipe, request.family().range(), learner.activationNames());
      if (checkpoint.isPresent()) {
        resume(checkpoint.get());
      } else if (request.pretrained()) {
        learner.settle(firstInputs(SETTLING_IMAGES), schedules.plan(0, 0).blend());
      }
    } catch (RuntimeException | Error refused) {
      learner.close();
      throw refused;
    }
  }

  private NetworkGraph firstGraph() {
    return recipe.endLayers().whitened() && !request.pretrained()
        ? Whitening.of(request.graph(), learnt, normalisation)
        : request.graph();
  }

  /** Returns whether the last step is done. */
  boolean finished() {
    return progress.epoch() == recipe.epochs();
  }

  /** Returns the number of steps of each epoch. */
  int stepsPerEpoch() {
    return batches.stepsPerEpoch();
  }

  /** Makes one step and writes nothing; within the first epoch only. */
  void learn() {
    int step = progress.step();
    learner.step(batches.batch(0, step), schedules.plan(0, step));
    progress = progress.plus(0, 0, 0, 0);
  }

  /** Makes one step, and whatever is due after it. */
  void step() throws IOException {
    long start = System.nanoTime();
    int epoch = progress.epoch();
    int step = progress.step();
    StepPlan plan = schedules.plan(epoch, step);
    Batch batch = batches.batch(epoch, step);
    StepResult result;
    try {
      result = learner.step(batch, plan);
    } catch (Escape e) {
      throw new DivergenceException(epoch + 1, step + 1, e.layer(), e.largest(), watch.remedy());
    }
    double stepMs = (System.nanoTime() - start) / NS_PER_MS;
    spentMs += stepMs;
    stepsSpent++;
    progress = progress.plus(result.taskLoss(), result.penalty(), result.hits(), stepMs);
    watch.check(epoch, step, result.largestInputs()).forEach(listener::onWarning);
    listener.onStep(
        new StepReport(
            epoch + 1,
            recipe.epochs(),
            step + 1,
            batches.stepsPerEpoch(),
            result.taskLoss(),
            result.penalty(),
            plan.rate(),
            remainingMs()));
    if (progress.step() == batches.stepsPerEpoch()) {
      finishEpoch();
    } else if (request.checkpointSteps() > 0 && progress.step() % request.checkpointSteps() == 0) {
      save();
    }
  }

  /** Writes a checkpoint of the last step; returns where. */
  Path stop() throws IOException {
    save();
    return file.path();
  }

  /** Returns the trained network, measured. */
  TrainingOutcome outcome() {
    float[] largest = learner.evaluate(rangeImages(), normalisation).largestInputs();
    OptionalDouble validation = OptionalDouble.empty();
    OptionalDouble test = OptionalDouble.empty();
    if (heldOut.isPresent()) {
      validation = OptionalDouble.of(measured(heldOut.get(), largest));
    }
    if (request.test().isPresent()) {
      test = OptionalDouble.of(measured(request.test().get(), largest));
    }
    return new TrainingOutcome(
        learner.trained(), normalisation, validation, test, ranges(largest), Math.round(spentMs));
  }

  @Override
  public void close() {
    learner.close();
  }

  private double measured(ImageSet images, float[] largest) {
    EvaluationReport report = learner.evaluate(images, normalisation);
    for (int i = 0; i < largest.length; i++) {
      largest[i] = Math.max(largest[i], report.largestInputs()[i]);
    }
    return report.accuracy();
  }

  private void finishEpoch() throws IOException {
    EvaluationReport evaluation =
        learner.evaluate(heldOut.orElseGet(this::rangeImages), normalisation);
    int steps = progress.step();
    EpochReport report =
        new EpochReport(
            progress.epoch() + 1,
            recipe.epochs(),
            progress.taskLossSum() / steps,
            progress.penaltySum() / steps,
            (double) progress.hits() / ((long) steps * recipe.batchSize()),
            heldOut.isPresent() ? OptionalDouble.of(evaluation.accuracy()) : OptionalDouble.empty(),
            ranges(evaluation.largestInputs()),
            Math.round(progress.durationMs()),
            remainingMs());
    watch
        .check(progress.epoch(), steps - 1, evaluation.largestInputs())
        .forEach(listener::onWarning);
    progress = Progress.at(progress.epoch() + 1);
    save();
    listener.onEpoch(report);
  }

  private ImageSet rangeImages() {
    return ImageSubset.first(learnt, RANGE_IMAGES);
  }

  private List<LayerRange> ranges(float[] largest) {
    List<LayerRange> ranges = new ArrayList<>();
    for (int i = 0; i < largest.length; i++) {
      ranges.add(
          new LayerRange(learner.activationNames().get(i), largest[i], request.family().range()));
    }
    return ranges;
  }

  private long remainingMs() {
    long total = (long) recipe.epochs() * batches.stepsPerEpoch();
    long done = (long) progress.epoch() * batches.stepsPerEpoch() + progress.step();
    return Math.round(spentMs / stepsSpent * (total - done));
  }

  private void save() throws IOException {
    file.write(new Checkpoint(request.description(), progress, learner.state()));
  }

  /** Returns the folder's checkpoint, if there is one and it is this run's. */
  private Optional<Checkpoint> ownCheckpoint() throws IOException {
    Optional<Checkpoint> found = file.read();
    if (found.isPresent() && !found.get().recipe().equals(request.description())) {
      throw new IOException(
          "checkpoint %s is of another run (%s); delete it or use another folder"
              .formatted(file.path(), found.get().recipe()));
    }
    return found;
  }

  private void resume(Checkpoint checkpoint) {
    learner.restore(checkpoint.tensors());
    progress = checkpoint.progress();
    listener.onResume(file.path(), progress.epoch() + 1, progress.step() + 1);
  }

  private float[] firstInputs(int count) {
    int used = Math.min(count, learnt.count());
    int samples = learnt.sampleCount();
    float[] inputs = new float[used * samples];
    byte[] pixels = new byte[samples];
    for (int i = 0; i < used; i++) {
      learnt.pixels(i, pixels);
      normalisation.apply(pixels, inputs, i * samples);
    }
    return inputs;
  }
}
