// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.BatchNorm;
import io.pascaline.layers.graph.AffineNode;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Batch normalisation in the place of an affine node: S. Ioffe and C. Szegedy, "Batch
 * Normalization" (ICML 2015). At first its statistics are 0 and 1, so that in evaluation it is the
 * affine node.
 */
final class NormParameters {
  private static final float EPSILON = 1e-5f;

  /** Share of the running statistics that a step keeps. */
  private static final float MOMENTUM = 0.9f;

  private static final int[] ROW = {1};

  private final String name;
  private final int channels;
  private final GraphParameter scale;
  private final GraphParameter shift;
  private final GraphParameter mean;
  private final GraphParameter variance;

  NormParameters(AffineNode node) {
    name = node.name();
    channels = node.shape().dim(0);
    Shape shape = new Shape(channels);
    scale =
        new GraphParameter(name + ".scale", Parameter.Type.GAMMA, shape, node.scalePerChannel());
    shift = new GraphParameter(name + ".shift", Parameter.Type.BETA, shape, node.shiftPerChannel());
    mean = new GraphParameter(name + ".mean", Parameter.Type.RUNNING_MEAN, shape, firstMeans());
    variance =
        new GraphParameter(name + ".variance", Parameter.Type.RUNNING_VAR, shape, firstVariances());
  }

  private float[] firstMeans() {
    return new float[channels];
  }

  private float[] firstVariances() {
    float[] variances = new float[channels];
    Arrays.fill(variances, 1 - EPSILON);
    return variances;
  }

  List<GraphParameter> all() {
    return List.of(scale, shift, mean, variance);
  }

  NDArray forward(Function<Parameter, NDArray> arrays, NDArray x, boolean training) {
    return BatchNorm.batchNorm(
            x,
            arrays.apply(mean.parameter()),
            arrays.apply(variance.parameter()),
            arrays.apply(scale.parameter()),
            arrays.apply(shift.parameter()),
            1,
            MOMENTUM,
            EPSILON,
            training)
        .singletonOrThrow();
  }

  /**
   * Takes the input's own statistics, and the scale and shift with which they give what the present
   * ones gave: the layer's function stays, and training, which normalises by each batch, continues
   * from it.
   */
  void settle(NDArray x) {
    // One row per channel: the engine takes means along one axis only.
    NDArray rows = x.swapAxes(0, 1).reshape(channels, -1);
    NDArray means = rows.mean(ROW);
    float[] mean1 = means.toFloatArray();
    float[] variance1 = rows.sub(means.reshape(channels, 1)).square().mean(ROW).toFloatArray();
    Function<Parameter, float[]> values = p -> p.getArray().toFloatArray();
    float[] factor = factors(values);
    float[] offset = offsets(values, factor);
    for (int c = 0; c < channels; c++) {
      offset[c] += factor[c] * mean1[c];
      factor[c] *= (float) Math.sqrt((double) variance1[c] + EPSILON);
    }
    scale.set(factor);
    shift.set(offset);
    mean.set(mean1);
    variance.set(variance1);
  }

  AffineNode trained(AffineNode node, Function<Parameter, float[]> values) {
    float[] factor = factors(values);
    return new AffineNode(name, node.inputs(), node.shape(), factor, offsets(values, factor));
  }

  private float[] factors(Function<Parameter, float[]> values) {
    float[] factors = values.apply(scale.parameter()).clone();
    float[] variances = values.apply(variance.parameter());
    for (int c = 0; c < channels; c++) {
      factors[c] = (float) (factors[c] / Math.sqrt((double) variances[c] + EPSILON));
    }
    return factors;
  }

  private float[] offsets(Function<Parameter, float[]> values, float[] factors) {
    float[] offsets = values.apply(shift.parameter()).clone();
    float[] means = values.apply(mean.parameter());
    for (int c = 0; c < channels; c++) {
      offsets[c] -= means[c] * factors[c];
    }
    return offsets;
  }
}
