package io.pascaline.training.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;

/**
 * A trainable network. Its output list is the logits [N, classes] followed by the activation input
 * of every stage, before any clipping, so that a loss can see them.
 *
 * <p>Not thread-safe while training.
 */
public final class PolynomialNetwork extends AbstractBlock {
  /** Added to a variance before its root is taken; the export uses the same value. */
  static final float EPSILON = 1e-5f;

  private static final byte VERSION = 1;

  private final NetworkSettings settings;
  private final List<Conv2d> convolutions = new ArrayList<>();
  private final List<BatchNorm> norms = new ArrayList<>();
  private final Linear logits;

  /** An uninitialised network. */
  public PolynomialNetwork(NetworkSettings settings) {
    super(VERSION);
    this.settings = settings;
    for (StageSettings stage : settings.stages()) {
      convolutions.add(addChildBlock(stage.name() + "Convolution", convolution(stage)));
      norms.add(
          addChildBlock(stage.name() + "Norm", BatchNorm.builder().optEpsilon(EPSILON).build()));
    }
    logits = addChildBlock("logits", Linear.builder().setUnits(settings.classCount()).build());
  }

  /** The architecture. */
  public NetworkSettings settings() {
    return settings;
  }

  /** A copy of the present weights, with the batch normalisation folded into the convolutions. */
  public NetworkWeights weights() {
    List<StageWeights> stages = new ArrayList<>();
    for (int i = 0; i < convolutions.size(); i++) {
      BatchNorm norm = norms.get(i);
      stages.add(
          StageWeights.folded(
              parameter(convolutions.get(i), "weight"),
              parameter(norm, "gamma"),
              parameter(norm, "beta"),
              parameter(norm, "runningMean"),
              parameter(norm, "runningVar"),
              EPSILON));
    }
    return new NetworkWeights(
        settings, stages, parameter(logits, "weight"), parameter(logits, "bias"));
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
    NDList outputs = new NDList();
    NDArray x = inputs.singletonOrThrow();
    for (int i = 0; i < convolutions.size(); i++) {
      StageSettings stage = settings.stages().get(i);
      NDArray y = forward(convolutions.get(i), store, x, training);
      y = forward(norms.get(i), store, y, training);
      if (stage.residual()) {
        y = y.add(x);
      }
      outputs.add(y);
      x = settings.activation().apply(y, training);
      if (stage.pool() > 1) {
        Shape window = new Shape(stage.pool(), stage.pool());
        x = Pool.avgPool2d(x, window, window, new Shape(0, 0), false, true);
      }
    }
    outputs.add(0, forward(logits, store, x.reshape(-1, settings.featureCount()), training));
    return outputs;
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    long batch = inputs[0].get(0);
    Shape[] shapes = new Shape[settings.stages().size() + 1];
    shapes[0] = new Shape(batch, settings.classCount());
    int size = settings.inputSize();
    for (int i = 1; i < shapes.length; i++) {
      StageSettings stage = settings.stages().get(i - 1);
      int convolved = stage.convolvedSize(size);
      shapes[i] = new Shape(batch, stage.channels(), convolved, convolved);
      size = convolved / stage.pool();
    }
    return shapes;
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... inputs) {
    Shape[] activations = getOutputShapes(inputs);
    Shape input = inputs[0];
    long batch = input.get(0);
    for (int i = 0; i < convolutions.size(); i++) {
      convolutions.get(i).initialize(manager, dataType, input);
      Shape convolved = activations[i + 1];
      norms.get(i).initialize(manager, dataType, convolved);
      int pool = settings.stages().get(i).pool();
      input = new Shape(batch, convolved.get(1), convolved.get(2) / pool, convolved.get(3) / pool);
    }
    logits.initialize(manager, dataType, new Shape(batch, settings.featureCount()));
  }

  private static Conv2d convolution(StageSettings stage) {
    return Conv2d.builder()
        .setFilters(stage.channels())
        .setKernelShape(new Shape(stage.kernel(), stage.kernel()))
        .optStride(new Shape(stage.stride(), stage.stride()))
        .optPadding(new Shape(stage.padding(), stage.padding()))
        .optBias(false)
        .build();
  }

  private static NDArray forward(Block block, ParameterStore store, NDArray x, boolean training) {
    return block.forward(store, new NDList(x), training).singletonOrThrow();
  }

  private static float[] parameter(Block block, String name) {
    return block.getDirectParameters().get(name).getArray().toFloatArray();
  }
}
