// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import io.pascaline.images.set.ImageSet;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.training.augment.Batch;
import io.pascaline.training.data.ChannelNormalisation;
import io.pascaline.training.data.Whitening;
import io.pascaline.training.loss.Constant;
import io.pascaline.training.loss.CrossEntropy;
import io.pascaline.training.loss.Distillation;
import io.pascaline.training.loss.RangePenalty;
import io.pascaline.training.network.ActivationFamily;
import io.pascaline.training.network.GraphNetwork;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A network that learns, step by step: owns its weights, their moving average, the optimiser's
 * state and the native memory of all three. To be used by the thread that made it.
 */
public final class Learner implements AutoCloseable {
  private static final String VELOCITY = "velocity ";
  private static final String AVERAGE = "average ";

  private final NDManager manager;
  private final ParameterStore store;
  private final Shape imageShape;
  private final GraphNetwork network;
  private final GraphNetwork average;
  private final GraphNetwork teacherOrNull;
  private final GradientDescent descent;
  private final Optional<Distillation> distillation;
  private final List<String> activationNames;

  /**
   * Returns a learner at the graph's weights.
   *
   * @param teacher its logits are learnt from, if the recipe says so
   * @throws IllegalArgumentException if the recipe needs a teacher and there is none
   */
  public static Learner of(
      NetworkGraph graph, ActivationFamily family, Optional<NetworkGraph> teacher, Recipe recipe) {
    if (recipe.distillation().isPresent() && teacher.isEmpty()) {
      throw new IllegalArgumentException("distillation needs a teacher");
    }
    NDManager manager = NDManager.newBaseManager(Device.cpu());
    try {
      return new Learner(manager, graph, family, teacher, recipe);
    } catch (RuntimeException | Error refused) {
      manager.close(); // The native memory is nobody else's.
      throw refused;
    }
  }

  private Learner(
      NDManager manager,
      NetworkGraph graph,
      ActivationFamily family,
      Optional<NetworkGraph> teacher,
      Recipe recipe) {
    this.manager = manager;
    // A new thread records gradients of everything, which would keep every step in memory.
    JniUtils.setGradMode(false);
    store = new ParameterStore(manager, false);
    imageShape =
        new Shape(graph.inputShape().dim(0), graph.inputShape().dim(1), graph.inputShape().dim(2));
    EndLayers ends = recipe.endLayers();
    Set<String> constant = ends.whitened() ? Set.of(Whitening.firstConvolution(graph)) : Set.of();
    network = network(graph, family, constant, ends.logitScale());
    average = network(graph, family, constant, ends.logitScale());
    average.freezeParameters(true);
    distillation = recipe.distillation();
    teacherOrNull =
        distillation.isPresent()
            ? network(teacher.get(), ActivationFamily.of("relu"), Set.of(), 1)
            : null;
    descent = new GradientDescent(recipe.optimiser(), network.getParameters(), manager);
    activationNames = network.activationNames();
  }

  private GraphNetwork network(
      NetworkGraph graph, ActivationFamily family, Set<String> constant, double logitScale) {
    GraphNetwork made = new GraphNetwork(graph, family, constant, logitScale);
    made.initialize(manager, DataType.FLOAT32, batched(1));
    return made;
  }

  /** Names of the activations, in the order of {@link StepResult#largestInputs}. */
  public List<String> activationNames() {
    return activationNames;
  }

  /**
   * Takes the statistics of all normalisations from these images, without changing what the network
   * computes; for a network whose weights were trained before.
   *
   * @param images [N, C, H, W], normalised
   * @param blend share of its own activation that the function has at first
   */
  public void settle(float[] images, double blend) {
    network.blend(blend);
    try (NDManager scratch = manager.newSubManager()) {
      int count = Math.toIntExact(images.length / imageShape.size());
      network.settle(scratch.create(images, batched(count)));
    }
    copyToAverage();
  }

  private void copyToAverage() {
    for (int i = 0; i < network.getParameters().size(); i++) {
      NDArray own = network.getParameters().valueAt(i).getArray();
      average.getParameters().valueAt(i).getArray().set(new NDIndex("..."), own);
    }
  }

  /**
   * Learns from one batch.
   *
   * @throws Escape if a loss, an activation's input or a gradient is no longer finite; the weights
   *     have not moved then
   */
  public StepResult step(Batch batch, StepPlan plan) {
    network.blend(plan.blend());
    try (NDManager scratch = manager.newSubManager()) {
      int count = batch.labels().length;
      // A copy: the engine aligns its own memory, on which the order of its sums may depend.
      NDArray images = scratch.create(batch.inputs(), batched(count)).duplicate();
      NDArray targets =
          scratch.create(batch.targets(), new Shape(count, batch.targets().length / count));
      NDArray lesson = teacherOrNull == null ? null : run(teacherOrNull, images, false).get(0);
      NDList outputs;
      double taskLoss;
      double penaltySum = 0;
      float[] largest = new float[0];
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        outputs = run(network, images, true);
        NDArray loss = taskLoss(outputs.get(0), targets, lesson);
        NDArray total = Constant.times(loss, plan.taskWeight());
        taskLoss = loss.getFloat();
        if (plan.penalty().isPresent()) {
          RangePenalty penalty = plan.penalty().get();
          largest = new float[outputs.size() - 1];
          NDArray carriers = null;
          for (int i = 1; i < outputs.size(); i++) {
            RangePenalty.Charge charge = penalty.of(outputs.get(i));
            largest[i - 1] = charge.largest();
            carriers = carriers == null ? charge.carrier() : carriers.add(charge.carrier());
          }
          penaltySum = carriers.getFloat() / penalty.exponent();
          total = total.add(Constant.times(carriers, plan.penaltyWeight()));
        }
        if (!Double.isFinite(taskLoss) || !Double.isFinite(penaltySum)) {
          throw escape(outputs);
        }
        collector.backward(total);
      }
      if (!Double.isFinite(descent.step(manager, plan.rate()))) {
        throw escape(outputs);
      }
      follow(plan.averageDecay());
      int hits = Accuracy.hits(outputs.get(0).toFloatArray(), batch.labels());
      return new StepResult(taskLoss, penaltySum, hits, largest);
    }
  }

  /** Returns the averaged network on images, as it is used: running statistics, no clipping. */
  public EvaluationReport evaluate(ImageSet images, ChannelNormalisation normalisation) {
    average.blend(network.blend());
    Accuracy accuracy = new Accuracy(images, normalisation);
    return accuracy.of(
        manager,
        activationNames.size(),
        (scratch, inputs, count) -> run(average, scratch.create(inputs, batched(count)), false));
  }

  /** Returns a copy of the averaged weights. */
  public NetworkGraph trained() {
    average.blend(network.blend());
    return average.trained();
  }

  /** Returns all that changes while learning, by name. */
  public Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>();
    tensors().forEach((name, array) -> state.put(name, array.toFloatArray()));
    return state;
  }

  /**
   * Goes back to a state.
   *
   * @throws IllegalArgumentException if it is another network's
   */
  public void restore(Map<String, float[]> state) {
    Map<String, NDArray> tensors = tensors();
    if (!tensors.keySet().equals(state.keySet())) {
      throw new IllegalArgumentException("state is of a network with other layers");
    }
    tensors.forEach(
        (name, array) -> {
          float[] values = state.get(name);
          if (values.length != array.size()) {
            throw new IllegalArgumentException(
                "state's " + name + " has " + values.length + " values, not " + array.size());
          }
          try (NDArray saved = manager.create(values, array.getShape())) {
            array.set(new NDIndex("..."), saved);
          }
        });
  }

  @Override
  public void close() {
    manager.close();
  }

  private Map<String, NDArray> tensors() {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    for (Pair<String, Parameter> pair : network.getParameters()) {
      tensors.put(pair.getKey(), pair.getValue().getArray());
    }
    descent.velocities().forEach((name, array) -> tensors.put(VELOCITY + name, array));
    for (Pair<String, Parameter> pair : average.getParameters()) {
      tensors.put(AVERAGE + pair.getKey(), pair.getValue().getArray());
    }
    return tensors;
  }

  private NDArray taskLoss(NDArray logits, NDArray targets, NDArray lessonOrNull) {
    NDArray own = CrossEntropy.of(logits, targets);
    if (lessonOrNull == null) {
      return own;
    }
    Distillation taught = distillation.orElseThrow();
    return Constant.times(own, 1 - taught.weight())
        .add(Constant.times(taught.of(logits, lessonOrNull), taught.weight()));
  }

  private void follow(float decay) {
    try (NDManager scratch = manager.newSubManager()) {
      NDArray kept = scratch.create(decay);
      NDArray fresh = scratch.create(1 - decay);
      for (int i = 0; i < network.getParameters().size(); i++) {
        NDArray mean = average.getParameters().valueAt(i).getArray();
        try (NDArray part = network.getParameters().valueAt(i).getArray().mul(fresh)) {
          mean.muli(kept).addi(part);
        }
      }
    }
  }

  private NDList run(GraphNetwork which, NDArray images, boolean training) {
    return which.forward(store, new NDList(images), training);
  }

  private Shape batched(long count) {
    return new Shape(count).addAll(imageShape);
  }

  /** Names the first layer with a value that is not finite, or else the one with the largest. */
  private Escape escape(NDList outputs) {
    String worst = "the logits";
    double largest = magnitude(outputs.get(0));
    for (int i = 1; i < outputs.size(); i++) {
      double magnitude = magnitude(outputs.get(i));
      String layer = "the input of " + activationNames.get(i - 1);
      if (!Double.isFinite(magnitude)) {
        return new Escape(layer, magnitude);
      }
      if (magnitude > largest) {
        largest = magnitude;
        worst = layer;
      }
    }
    return new Escape(worst, largest);
  }

  private static double magnitude(NDArray array) {
    return array.abs().max().getFloat();
  }
}
