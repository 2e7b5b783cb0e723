// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.fit;

import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.numbers.gamma.Erfc;

/** The activations that polynomials usually stand in for. */
public enum TargetFunction implements DoubleUnaryOperator {
  /** {@code max(x, 0)}. */
  RELU(x -> Math.max(x, 0)),
  /** {@code x Phi(x)}, Phi being the normal distribution; exact, not by the tangent. */
  GELU(x -> x * 0.5 * Erfc.value(-x / Math.sqrt(2))),
  /** {@code x / (1 + e^-x)}, also called swish. */
  SILU(x -> x / (1 + Math.exp(-x))),
  /** {@code 1 / (1 + e^-x)}. */
  SIGMOID(x -> 1 / (1 + Math.exp(-x))),
  /** The hyperbolic tangent. */
  TANH(Math::tanh);

  private static final double PUBLISHED_BOUND = 5;

  private final DoubleUnaryOperator function;

  TargetFunction(DoubleUnaryOperator function) {
    this.function = function;
  }

  @Override
  public double applyAsDouble(double x) {
    return function.applyAsDouble(x);
  }

  /**
   * Published coefficients for the same function, bound and degree, lowest degree first. There are
   * those for ReLU of degree 4 on [-5, 5] in A. Diaa et al. (PILLAR), USENIX Security 2024, given
   * there to eight decimals.
   */
  public Optional<double[]> published(double bound, int degree) {
    return this == RELU && bound == PUBLISHED_BOUND && degree == 4
        ? Optional.of(new double[] {0.31445312, 0.5, 0.15625, 0, -0.00292969})
        : Optional.empty();
  }
}
