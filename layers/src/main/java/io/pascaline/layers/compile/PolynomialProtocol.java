// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.classic.ClassicPolynomial;
import io.pascaline.protocols.classic.Espn;
import io.pascaline.protocols.classic.HoneyBadger;
import io.pascaline.protocols.classic.PolynomialTree;
import io.pascaline.protocols.linear.Shape;

/** How the classic suite evaluates a polynomial. */
public enum PolynomialProtocol {
  /** One round; {@link HoneyBadger}. */
  HONEY_BADGER("honeybadger") {
    @Override
    ClassicPolynomial step(int layer, Shape shape, PolynomialBasis basis, int bits, double bound) {
      return new HoneyBadger(layer, shape, basis, bits, bound);
    }
  },
  /** One round; {@link Espn}. */
  ESPN("espn") {
    @Override
    ClassicPolynomial step(int layer, Shape shape, PolynomialBasis basis, int bits, double bound) {
      return new Espn(layer, shape, basis, bits, bound);
    }
  },
  /** ceil(log2 n) rounds; {@link PolynomialTree}. */
  TREE("tree") {
    @Override
    ClassicPolynomial step(int layer, Shape shape, PolynomialBasis basis, int bits, double bound) {
      return new PolynomialTree(layer, shape, basis, bits, bound);
    }
  };

  private final String label;

  PolynomialProtocol(String label) {
    this.label = label;
  }

  /** Returns what commands and reports call it. */
  public String label() {
    return label;
  }

  /**
   * Returns the protocol of a label.
   *
   * @throws IllegalArgumentException naming the labels there are
   */
  public static PolynomialProtocol named(String label) {
    for (PolynomialProtocol protocol : values()) {
      if (protocol.label.equals(label)) {
        return protocol;
      }
    }
    throw new IllegalArgumentException(
        "label is '" + label + "', must be honeybadger, espn or tree");
  }

  /** Returns the protocol of a step. */
  public static PolynomialProtocol of(ClassicPolynomial step) {
    return switch (step.kind()) {
      case HONEY_BADGER -> HONEY_BADGER;
      case ESPN -> ESPN;
      case TREE -> TREE;
    };
  }

  abstract ClassicPolynomial step(
      int layer, Shape shape, PolynomialBasis basis, int bits, double bound);
}
