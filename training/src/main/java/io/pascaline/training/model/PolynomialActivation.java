package io.pascaline.training.model;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;

/**
 * An activation {@code c0 + c1 x + c2 x^2 + ...} with fixed coefficients, meant for inputs of at
 * most {@link #range()}.
 *
 * <p>While training, inputs are clipped to the range: outside it the polynomial is no longer near
 * the function it stands for and grows fast. The clipped inputs receive no gradient from the
 * network, only from the range penalty, which draws them back. The exported network does not clip.
 *
 * <p>Source: A. Diaa et al., "Fast and Private Inference of Deep Neural Networks by Co-designing
 * Activation Functions" (PILLAR), USENIX Security 2024. Immutable.
 */
public final class PolynomialActivation {
  /**
   * Degree 4, fit to ReLU on [-5, 5] with coefficients of 10 fraction bits; its largest distance
   * from ReLU there is 0.32, at 0.
   */
  public static final PolynomialActivation PILLAR_RELU =
      new PolynomialActivation(5, 0.31445312, 0.5, 0.15625, 0, -0.00292969);

  private final double range;
  private final double[] coefficients;

  /**
   * An activation.
   *
   * @param range largest magnitude of an input for which it is meant
   * @param coefficients lowest degree first; the last is not zero
   */
  public PolynomialActivation(double range, double... coefficients) {
    if (!(range > 0)) {
      throw new IllegalArgumentException("range " + range);
    }
    if (coefficients.length < 2 || coefficients[coefficients.length - 1] == 0) {
      throw new IllegalArgumentException(
          "coefficients " + Arrays.toString(coefficients) + " are not of degree 1 or more");
    }
    this.range = range;
    this.coefficients = coefficients.clone();
  }

  /** Largest magnitude of an input for which the polynomial is meant. */
  public double range() {
    return range;
  }

  /** A copy of the coefficients, lowest degree first. */
  public double[] coefficients() {
    return coefficients.clone();
  }

  /** The activation of one value, by Horner's rule. */
  public double value(double x) {
    double sum = 0;
    for (int i = coefficients.length - 1; i >= 0; i--) {
      sum = sum * x + coefficients[i];
    }
    return sum;
  }

  NDArray apply(NDArray input, boolean clipped) {
    NDArray x = clipped ? input.clip(-range, range) : input;
    int last = coefficients.length - 1;
    NDArray sum = Scaling.scale(x, coefficients[last]);
    for (int i = last - 1; i >= 0; i--) {
      if (coefficients[i] != 0) {
        sum = sum.add(coefficients[i]);
      }
      if (i > 0) {
        sum = sum.mul(x);
      }
    }
    return sum;
  }
}
