// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.graph.StandardFunctions;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.activation.TrigonometricBasis;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The function that a network applies after its layers. Immutable. */
public sealed interface ActivationFamily {

  /** Name in reports and on the command line. */
  String name();

  /** Returns the function if the fused suite has it; empty if it has to approximate it. */
  Optional<ActivationBasis> basis();

  /**
   * Largest magnitude of an input for which the function stands in for ReLU; infinite where an
   * input cannot be too large.
   */
  double range();

  /** Returns the names that {@link #of} knows. */
  static List<String> names() {
    List<String> names = new ArrayList<>(List.of("relu", "poly4", "poly2", "trig2", "trig3"));
    names.addAll(StandardFunctions.all().keySet());
    return List.copyOf(names);
  }

  /**
   * Returns a family by name: {@code relu}; {@code poly4} and {@code poly2}, polynomials of degree
   * 4 and 2; {@code trig2} and {@code trig3}, a line and 2 or 3 cosines; or one of {@link
   * StandardFunctions}.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  static ActivationFamily of(String name) {
    return switch (name) {
      case "relu" -> new Relu();
      case "poly4" -> new Polynomial(name, ReplaceRelu.POLY4, Polynomial.PUBLISHED_RANGE);
      // 15/32 and 3/32: the least-squares parabola on [-5, 5], exactly multiples of 2^-10.
      case "poly2" ->
          new Polynomial(
              name, new PolynomialBasis(0.46875, 0.5, 0.09375), Polynomial.PUBLISHED_RANGE);
      case "trig2" -> new Trigonometric(name, ReluCosineFit.relu(2));
      case "trig3" -> new Trigonometric(name, ReluCosineFit.relu(3));
      default -> {
        ScalarFunction function = StandardFunctions.all().get(name);
        if (function == null) {
          throw new IllegalArgumentException(
              "activation is '" + name + "', must be one of " + String.join(", ", names()));
        }
        yield new Standard(name, function);
      }
    };
  }

  /** Exact ReLU: not for the fused suite, but what the others are measured against. */
  record Relu() implements ActivationFamily {
    @Override
    public String name() {
      return "relu";
    }

    @Override
    public Optional<ActivationBasis> basis() {
      return Optional.empty();
    }

    @Override
    public double range() {
      return Double.POSITIVE_INFINITY;
    }
  }

  /**
   * A function that the fused suite approximates.
   *
   * @param name see {@link ActivationFamily#name}
   * @param function the function
   */
  record Standard(String name, ScalarFunction function) implements ActivationFamily {
    /** Checks that there is a function. */
    public Standard {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(function, "function");
    }

    @Override
    public Optional<ActivationBasis> basis() {
      return Optional.empty();
    }

    @Override
    public double range() {
      return Double.POSITIVE_INFINITY;
    }
  }

  /**
   * Harmonics that a network contains before training. The compiler has put them in the place of
   * each function that no protocol computes. Training changes the weights and leaves the harmonics
   * as they are.
   *
   * @param terms harmonics of each layer
   */
  record Kept(int terms) implements ActivationFamily {
    @Override
    public String name() {
      return "harmonics, " + terms + (terms == 1 ? " term" : " terms") + " for each layer";
    }

    @Override
    public Optional<ActivationBasis> basis() {
      return Optional.empty();
    }

    @Override
    public double range() {
      return Double.POSITIVE_INFINITY;
    }
  }

  /**
   * A polynomial, which grows fast outside its range.
   *
   * @param name see {@link ActivationFamily#name}
   * @param polynomial the function
   * @param range see {@link ActivationFamily#range}
   */
  record Polynomial(String name, PolynomialBasis polynomial, double range)
      implements ActivationFamily {
    /** The range for which A. Diaa et al. (PILLAR, USENIX Security 2024) fit their polynomials. */
    public static final double PUBLISHED_RANGE = 5;

    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public Polynomial {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(polynomial, "polynomial");
      if (!(range > 0 && range < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("range is " + range + ", must be positive and finite");
      }
    }

    @Override
    public Optional<ActivationBasis> basis() {
      return Optional.of(polynomial);
    }
  }

  /**
   * A line and harmonics. Outside the period it repeats about the line, so no input blows up.
   *
   * @param name see {@link ActivationFamily#name}
   * @param harmonics the function
   */
  record Trigonometric(String name, TrigonometricBasis harmonics) implements ActivationFamily {
    /** Checks that there is a function. */
    public Trigonometric {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(harmonics, "harmonics");
    }

    @Override
    public Optional<ActivationBasis> basis() {
      return Optional.of(harmonics);
    }

    @Override
    public double range() {
      return Double.POSITIVE_INFINITY;
    }
  }
}
