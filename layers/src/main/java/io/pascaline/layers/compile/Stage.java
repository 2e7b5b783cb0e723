// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.List;

/**
 * One layer on its way from graph to plan, still in real numbers. Stages refer to each other by
 * index; stage 0 is the network's input and the last stage its output.
 */
sealed interface Stage {
  /** The kinds of stages, one for each class. */
  enum Kind {
    SOURCE,
    LINEAR,
    ACTIVATION,
    FUNCTION,
    HARMONIC,
    RELU,
    MAX_POOL,
    POOL,
    JOIN,
    PRODUCT,
    VIEW,
    CONCAT
  }

  Kind kind();

  /**
   * Returns the graph's tensor that the stage makes; its calibrated range is found under this name.
   */
  String tensor();

  List<Integer> inputs();

  Shape shape();

  /** Returns whether the stage is made without a message, at a scale that follows its inputs'. */
  default boolean isLocal() {
    return switch (kind()) {
      case POOL, JOIN, VIEW, CONCAT -> true;
      case SOURCE, LINEAR, ACTIVATION, FUNCTION, HARMONIC, RELU, MAX_POOL, PRODUCT -> false;
    };
  }

  /** Returns the same stage reading other stages. */
  Stage withInputs(List<Integer> others);

  /** A stage that makes small words, of the settings' fraction bits but for some that it spares. */
  sealed interface Narrowing extends Stage permits Activation, Harmonic {
    int spareBits();

    /** Returns the same stage with another number of bits to spare. */
    Stage withSpareBits(int bits);
  }

  /** The network's input. */
  record Source(String tensor, Shape shape) implements Stage {
    @Override
    public Kind kind() {
      return Kind.SOURCE;
    }

    @Override
    public List<Integer> inputs() {
      return List.of();
    }

    @Override
    public Stage withInputs(List<Integer> others) {
      return this;
    }
  }

  /** Secret weights and one bias per output channel, or null. */
  record Linear(
      String tensor, List<Integer> inputs, LinearMap map, double[] weights, double[] biasOrNull)
      implements Stage {
    @Override
    public Kind kind() {
      return Kind.LINEAR;
    }

    @Override
    public Shape shape() {
      return map.outputShape();
    }

    @Override
    public Stage withInputs(List<Integer> others) {
      return new Linear(tensor, others, map, weights, biasOrNull);
    }

    /** Magnitude of the largest weight. */
    double largestWeight() {
      return largest(weights);
    }

    /** Magnitude of the largest bias word; 0 without bias. */
    double largestBias() {
      return biasOrNull == null ? 0 : largest(biasOrNull);
    }

    private static double largest(double[] values) {
      double largest = 0;
      for (double value : values) {
        largest = Math.max(largest, Math.abs(value));
      }
      return largest;
    }

    @Override
    public String toString() {
      return "Linear[" + tensor + ", " + map + "]";
    }
  }

  /**
   * A function of each element; null stands for the identity, a rescale. Its output has {@code
   * spareBits} fewer fraction bits than the settings say.
   */
  record Activation(
      String tensor, List<Integer> inputs, Shape shape, ActivationBasis basisOrNull, int spareBits)
      implements Narrowing {
    @Override
    public Stage withSpareBits(int bits) {
      return new Activation(tensor, inputs, shape, basisOrNull, bits);
    }

    @Override
    public Kind kind() {
      return Kind.ACTIVATION;
    }

    @Override
    public Stage withInputs(List<Integer> others) {
      return new Activation(tensor, others, shape, basisOrNull, spareBits);
    }
  }

  /** A function of each element, one for all or one for each channel. */
  record Function(String tensor, List<Integer> inputs, Shape shape, List<ScalarFunction> functions)
      implements Stage {
    @Override
    public Kind kind() {
      return Kind.FUNCTION;
    }

    @Override
    public Stage withInputs(List<Integer> others) {
      return new Function(tensor, others, shape, functions);
    }
  }

  /**
   * Lines with harmonics of the ring, whose period in real units is given; fraction bits as for
   * {@link Activation}.
   */
  record Harmonic(
      String tensor,
      List<Integer> inputs,
      Shape shape,
      HarmonicFunction function,
      double period,
      int spareBits)
      implements Narrowing {
    @Override
    public Stage withSpareBits(int bits) {
      return new Harmonic(tensor, inputs, shape, function, period, bits);
    }

    @Override
    public Kind kind() {
      return Kind.HARMONIC;
    }

    @Override
    public Stage withInputs(List<Integer> others) {
      return new Harmonic(tensor, others, shape, function, period, spareBits);
    }
  }

  /** The exact rectifier. */
  record Relu(String tensor, List<Integer> inputs, Shape shape) implements Stage {
    @Override
    public Kind kind() {
      return Kind.RELU;
    }

    @Override
    public Stage withInputs(List<Integer> others) {
      return new Relu(tensor, others, shape);
    }
  }

  /** The largest element of windows. */
  record MaxPool(String tensor, List<Integer> inputs, PoolWindow window) implements Stage {
    @Override
    public Kind kind() {
      return Kind.MAX_POOL;
    }

    @Override
    public Shape shape() {
      return window.outputShape();
    }

    @Override
    public Stage withInputs(List<Integer> others) {
      return new MaxPool(tensor, others, window);
    }
  }

  /** An average over windows. */
  record Pool(String tensor, List<Integer> inputs, PoolWindow window) implements Stage {
    @Override
    public Kind kind() {
      return Kind.POOL;
    }

    @Override
    public Shape shape() {
      return window.outputShape();
    }

    @Override
    public Stage withInputs(List<Integer> others) {
      return new Pool(tensor, others, window);
    }
  }

  /** A product of two, or of the first's channels with one factor each. */
  record Product(String tensor, List<Integer> inputs, Shape shape, Shape factorShape)
      implements Stage {
    @Override
    public Kind kind() {
      return Kind.PRODUCT;
    }

    @Override
    public Stage withInputs(List<Integer> others) {
      return new Product(tensor, others, shape, factorShape);
    }
  }

  /** Elements in other places. */
  record View(String tensor, List<Integer> inputs, TensorView view, double pad) implements Stage {
    @Override
    public Kind kind() {
      return Kind.VIEW;
    }

    @Override
    public Shape shape() {
      return view.outputShape();
    }

    @Override
    public Stage withInputs(List<Integer> others) {
      return new View(tensor, others, view, pad);
    }
  }

  /** Tensors one behind the other. */
  record Concat(String tensor, List<Integer> inputs, Concatenation geometry) implements Stage {
    @Override
    public Kind kind() {
      return Kind.CONCAT;
    }

    @Override
    public Shape shape() {
      return geometry.outputShape();
    }

    @Override
    public Stage withInputs(List<Integer> others) {
      return new Concat(tensor, others, geometry);
    }
  }

  /** A sum of two, or their difference. */
  record Join(String tensor, List<Integer> inputs, Shape shape, boolean subtracts)
      implements Stage {
    @Override
    public Kind kind() {
      return Kind.JOIN;
    }

    @Override
    public Stage withInputs(List<Integer> others) {
      return new Join(tensor, others, shape, subtracts);
    }
  }
}
