// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import java.nio.FloatBuffer;

/** A parameter whose first values are known. Not thread-safe. */
final class GraphParameter implements Initializer {
  private final Parameter parameter;
  private float[] values;

  GraphParameter(String name, Parameter.Type type, Shape shape, float[] values) {
    this(name, type, shape, values, false);
  }

  GraphParameter(String name, Parameter.Type type, Shape shape, float[] values, boolean constant) {
    this.values = values;
    this.parameter =
        Parameter.builder()
            .setName(name)
            .setType(type)
            .optShape(shape)
            .optInitializer(this)
            .optRequiresGrad(
                !constant
                    && type != Parameter.Type.RUNNING_MEAN
                    && type != Parameter.Type.RUNNING_VAR)
            .build();
  }

  Parameter parameter() {
    return parameter;
  }

  /** Replaces the values, at once if the parameter is in use already. */
  void set(float[] newValues) {
    values = newValues;
    if (parameter.isInitialized()) {
      parameter.getArray().set(FloatBuffer.wrap(newValues));
    }
  }

  @Override
  public NDArray initialize(NDManager manager, Shape shape, DataType dataType) {
    return manager.create(values, shape);
  }
}
