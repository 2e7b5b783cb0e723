// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Weights and bias of a convolution or matrix product. */
final class LinearParameters {
  private final String name;
  private final LinearMap map;
  private final GraphParameter weights;
  private final GraphParameter biasOrNull;

  /**
   * Those of a node.
   *
   * @param constant whether the weights stay what they are
   */
  LinearParameters(LinearNode node, boolean constant) {
    this.name = node.name();
    this.map = node.map();
    this.weights =
        new GraphParameter(
            node.name() + ".weight",
            Parameter.Type.WEIGHT,
            dims(map.weightShape()),
            node.weights(),
            constant);
    this.biasOrNull =
        node.biasOrNull() == null
            ? null
            : new GraphParameter(
                node.name() + ".bias",
                Parameter.Type.BIAS,
                new Shape(map.outputShape().dim(0)),
                node.biasOrNull());
    requireEvenPadding();
  }

  private void requireEvenPadding() {
    if (map instanceof Convolution2d c
        && (c.padTop() != c.padBottom() || c.padLeft() != c.padRight())) {
      throw new IllegalArgumentException(
          "convolution '" + name + "' pads its sides unequally, which cannot be trained");
    }
  }

  private static Shape dims(io.pascaline.protocols.linear.Shape shape) {
    long[] dims = new long[shape.rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = shape.dim(i);
    }
    return new Shape(dims);
  }

  List<GraphParameter> all() {
    List<GraphParameter> all = new ArrayList<>(List.of(weights));
    if (biasOrNull != null) {
      all.add(biasOrNull);
    }
    return all;
  }

  NDArray forward(Function<Parameter, NDArray> arrays, NDArray x) {
    NDArray weight = arrays.apply(weights.parameter());
    NDArray bias = biasOrNull == null ? null : arrays.apply(biasOrNull.parameter());
    if (map instanceof Convolution2d c) {
      return Conv2d.conv2d(
              x,
              weight,
              bias,
              new Shape(c.strideHeight(), c.strideWidth()),
              new Shape(c.padTop(), c.padLeft()),
              new Shape(c.dilationHeight(), c.dilationWidth()),
              c.groups())
          .singletonOrThrow();
    }
    return Linear.linear(x, weight, bias).singletonOrThrow();
  }

  /**
   * Returns a node with other values.
   *
   * @param scale factor of its weights and bias
   */
  LinearNode trained(LinearNode node, Function<Parameter, float[]> values, float scale) {
    return new LinearNode(
        name,
        node.inputs(),
        map,
        scaled(values.apply(weights.parameter()), scale),
        biasOrNull == null ? null : scaled(values.apply(biasOrNull.parameter()), scale));
  }

  private static float[] scaled(float[] values, float scale) {
    if (scale == 1) {
      return values;
    }
    float[] scaled = new float[values.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = scale * values[i];
    }
    return scaled;
  }
}
