// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.Shape;

/**
 * A polynomial of degree 1 to 8 of every element: powers, each with f fraction bits, then their sum
 * with public coefficients, truncated to f bits. Of degree 1 it is local: no round, no correction.
 */
public sealed interface ClassicPolynomial extends ClassicActivation
    permits HoneyBadger, Espn, PolynomialTree {
  /** The fewest fraction bits: with fewer, a power's rescale need not be a truncation. */
  int MIN_FRACTION_BITS = PolynomialBasis.MAX_DEGREE;

  /** The most fraction bits. */
  int MAX_FRACTION_BITS = 24;

  /** The protocols there are, one for each class. */
  enum Kind {
    /** {@link HoneyBadger}. */
    HONEY_BADGER,
    /** {@link Espn}. */
    ESPN,
    /** {@link PolynomialTree}. */
    TREE
  }

  /** Returns which of the protocols this is. */
  Kind kind();

  /** Returns the shape of the input and of the output. */
  Shape shape();

  /** Returns the polynomial. */
  PolynomialBasis polynomial();

  /** Returns f, of the input and of the output. */
  int fractionBits();

  /** Returns what |x| does not exceed, in real units; beyond that no bound holds. */
  double inputBound();

  @Override
  default Shape inputShape() {
    return shape();
  }

  @Override
  default Shape outputShape() {
    return shape();
  }
}
