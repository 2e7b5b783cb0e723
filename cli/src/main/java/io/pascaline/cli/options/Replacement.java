// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.Locale;

/** Polynomials that can be put in the place of ReLU. */
public enum Replacement {
  /** The best parabola. */
  POLY2(ReplaceRelu.POLY2),
  /** The published quartic. */
  POLY4(ReplaceRelu.POLY4);

  private final PolynomialBasis basis;

  Replacement(PolynomialBasis basis) {
    this.basis = basis;
  }

  PolynomialBasis basis() {
    return basis;
  }

  /** Returns the word that flags and reports use. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the polynomial of a word.
   *
   * @throws CommandFault naming what is allowed
   */
  static Replacement named(String label) {
    for (Replacement replacement : values()) {
      if (replacement.label().equals(label)) {
        return replacement;
      }
    }
    throw new CommandFault(
        "--replace-relu: there is no polynomial '" + label + "'",
        "give poly4 (the published quartic) or poly2; a fit to [-5, 5] of odd degree has no"
            + " additional term, and higher degrees do not fit in fixed point");
  }
}
