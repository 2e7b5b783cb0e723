package io.pascaline.training.loop;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import io.pascaline.training.data.AugmentedBatches;
import io.pascaline.training.data.IdxImages;
import io.pascaline.training.data.Normalisation;
import io.pascaline.training.loss.RangePenalty;
import io.pascaline.training.loss.SmoothedCrossEntropy;
import io.pascaline.training.model.NetworkSettings;
import io.pascaline.training.model.NetworkWeights;
import io.pascaline.training.model.PolynomialNetwork;
import io.pascaline.training.model.Scaling;
import java.util.concurrent.TimeUnit;

/**
 * One training run: owns the network, its optimiser and the native memory of both.
 *
 * <p>On one thread count ({@code OMP_NUM_THREADS}) the same seed gives the same weights. Not
 * thread-safe; sessions in one JVM share the engine's random generator, so they must not overlap if
 * they are to be repeatable.
 */
public final class TrainingSession implements AutoCloseable {
  private static final int EVALUATION_BATCH = 250;

  private final TrainingSettings settings;
  private final Normalisation normalisation;
  private final PolynomialNetwork network;
  private final Model model;
  private final Trainer trainer;
  private final SmoothedCrossEntropy crossEntropy;
  private final int stepsPerEpoch;

  /**
   * A session with fresh weights.
   *
   * @param imageCount images per epoch, from which the length of the learning rate's schedule
   *     follows
   */
  public TrainingSession(
      NetworkSettings architecture,
      TrainingSettings settings,
      Normalisation normalisation,
      int imageCount) {
    this.settings = settings;
    this.normalisation = normalisation;
    this.crossEntropy = new SmoothedCrossEntropy(settings.smoothing());
    this.stepsPerEpoch = imageCount / settings.batchSize();
    if (stepsPerEpoch == 0) {
      throw new IllegalArgumentException(
          "batchSize " + settings.batchSize() + " for " + imageCount + " images");
    }
    this.network = new PolynomialNetwork(architecture);
    Engine.getInstance().setRandomSeed(settings.seed());
    this.model = Model.newInstance("pascaline", Device.cpu());
    model.setBlock(network);
    // The session computes its own loss; the trainer asks for one all the same.
    this.trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(optimiser()));
    int size = architecture.inputSize();
    trainer.initialize(new Shape(settings.batchSize(), architecture.inputChannels(), size, size));
  }

  /**
   * Trains on every image once.
   *
   * @param epoch counted from 0
   * @throws DivergenceException if a loss or an activation input is no longer finite
   */
  public EpochReport train(IdxImages images, int epoch) {
    long start = System.nanoTime();
    AugmentedBatches batches =
        new AugmentedBatches(
            images,
            normalisation,
            settings.batchSize(),
            settings.maxShift(),
            settings.seed(),
            epoch);
    float[] inputs = new float[settings.batchSize() * images.height() * images.width()];
    int[] labels = new int[settings.batchSize()];
    RangePenalty penalty = settings.penalty().penalty(epoch);
    double taskLoss = 0;
    double penaltySum = 0;
    long hits = 0;
    int step = 0;
    while (batches.hasNext()) {
      batches.next(inputs, labels);
      double taskWeight = settings.penalty().taskWeight(epoch, (double) step / stepsPerEpoch);
      StepResult result = step(inputs, labels, penalty, taskWeight, epoch, step);
      taskLoss += result.taskLoss;
      penaltySum += result.penalty;
      hits += result.hits;
      step++;
    }
    return new EpochReport(
        taskLoss / step,
        penaltySum / step,
        (double) hits / ((long) step * settings.batchSize()),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
  }

  /** Runs the network on all images. */
  public EvaluationReport evaluate(IdxImages images) {
    float[] largest = new float[network.settings().stages().size()];
    int hits = 0;
    for (int from = 0; from < images.count(); from += EVALUATION_BATCH) {
      int count = Math.min(EVALUATION_BATCH, images.count() - from);
      try (NDManager manager = trainer.getManager().newSubManager()) {
        NDArray batch =
            manager.create(normalisation.inputs(images, from, count), inputShape(count));
        NDList outputs = trainer.evaluate(new NDList(batch));
        hits += hits(outputs.get(0).toFloatArray(), images, from, count);
        for (int i = 0; i < largest.length; i++) {
          largest[i] = Math.max(largest[i], outputs.get(i + 1).abs().max().getFloat());
        }
      }
    }
    return new EvaluationReport((double) hits / images.count(), largest);
  }

  /** Logits [N, classes] of the first {@code count} images. */
  public float[] logits(IdxImages images, int count) {
    try (NDManager manager = trainer.getManager().newSubManager()) {
      NDArray batch = manager.create(normalisation.inputs(images, 0, count), inputShape(count));
      return trainer.evaluate(new NDList(batch)).get(0).toFloatArray();
    }
  }

  /** A copy of the present weights. */
  public NetworkWeights weights() {
    return network.weights();
  }

  @Override
  public void close() {
    trainer.close();
    model.close();
  }

  private Optimizer optimiser() {
    int totalSteps = stepsPerEpoch * settings.epochs();
    int warmUpSteps = Math.min(stepsPerEpoch, totalSteps / 4);
    return Optimizer.sgd()
        .setLearningRateTracker(
            new CosineSchedule(settings.peakLearningRate(), warmUpSteps, totalSteps))
        .optMomentum(settings.momentum())
        .optWeightDecays(settings.weightDecay())
        .build();
  }

  private Shape inputShape(int count) {
    int size = network.settings().inputSize();
    return new Shape(count, network.settings().inputChannels(), size, size);
  }

  private StepResult step(
      float[] inputs, int[] labels, RangePenalty penalty, double taskWeight, int epoch, int step) {
    try (NDManager manager = trainer.getManager().newSubManager()) {
      NDArray batch = manager.create(inputs, inputShape(labels.length));
      NDList outputs;
      double taskLoss;
      double penaltySum = 0;
      try (GradientCollector collector = trainer.newGradientCollector()) {
        outputs = trainer.forward(new NDList(batch));
        NDArray loss = crossEntropy.of(manager, outputs.get(0), labels);
        NDArray total = Scaling.scale(loss, taskWeight);
        NDArray penalties = null;
        for (int i = 1; i < outputs.size(); i++) {
          NDArray one = penalty.of(outputs.get(i));
          penalties = penalties == null ? one : penalties.add(one);
        }
        total = total.add(Scaling.scale(penalties, settings.penalty().weight()));
        taskLoss = loss.getFloat();
        penaltySum = penalties.getFloat();
        if (!Double.isFinite(taskLoss) || !Double.isFinite(penaltySum)) {
          throw divergence(outputs, epoch, step);
        }
        collector.backward(total);
      }
      trainer.step();
      return new StepResult(taskLoss, penaltySum, hits(outputs.get(0).toFloatArray(), labels));
    }
  }

  /** Names the first layer with a value that is not finite, or else the largest one. */
  private DivergenceException divergence(NDList outputs, int epoch, int step) {
    String worst = "the logits";
    double largest = outputs.get(0).abs().max().getFloat();
    for (int i = 1; i < outputs.size(); i++) {
      double magnitude = outputs.get(i).abs().max().getFloat();
      String layer = "the activation input of " + network.settings().stages().get(i - 1).name();
      if (!Double.isFinite(magnitude)) {
        return new DivergenceException(epoch, step, layer, magnitude);
      }
      if (magnitude > largest) {
        largest = magnitude;
        worst = layer;
      }
    }
    return new DivergenceException(epoch, step, worst, largest);
  }

  private static int hits(float[] logits, int[] labels) {
    int classCount = logits.length / labels.length;
    int hits = 0;
    for (int i = 0; i < labels.length; i++) {
      if (argMax(logits, i * classCount, classCount) == labels[i]) {
        hits++;
      }
    }
    return hits;
  }

  private static int hits(float[] logits, IdxImages images, int from, int count) {
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = images.label(from + i);
    }
    return hits(logits, labels);
  }

  private static int argMax(float[] values, int offset, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (values[offset + i] > values[offset + best]) {
        best = i;
      }
    }
    return best;
  }

  private record StepResult(double taskLoss, double penalty, int hits) {}
}
