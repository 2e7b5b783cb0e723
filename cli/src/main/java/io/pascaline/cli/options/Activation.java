// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.layers.compile.PolynomialProtocol;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How activations are evaluated; decides on the suite. */
public enum Activation {
  /** The fused suite: words, one round. */
  FUSED(Suite.FUSED),
  /** The classic suite with HoneyBadger powers: one round. */
  HONEYBADGER(Suite.CLASSIC),
  /** The classic suite with ESPN: one round. */
  ESPN(Suite.CLASSIC),
  /** The classic suite with a tree of products. */
  TREE(Suite.CLASSIC),
  /** The classic suite with exact comparisons. */
  RELU(Suite.CLASSIC);

  private final Suite suite;

  Activation(Suite suite) {
    this.suite = suite;
  }

  /** Returns the suite that it belongs to. */
  public Suite suite() {
    return suite;
  }

  /** Returns the word that files and flags use. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns all words, for faults. */
  static String labels() {
    return Arrays.stream(values()).map(Activation::label).collect(Collectors.joining(", "));
  }

  /**
   * Returns the activation of a word.
   *
   * @param label the word
   * @return the activation
   * @throws IllegalArgumentException naming what is allowed
   */
  public static Activation named(String label) {
    return Arrays.stream(values())
        .filter(activation -> activation.label().equals(label))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("'" + label + "' must be one of " + labels()));
  }

  /** Returns whether it is a protocol of the classic suite for polynomials. */
  public boolean isPolynomial() {
    return this == HONEYBADGER || this == ESPN || this == TREE;
  }

  /**
   * Returns the classic suite's protocol.
   *
   * @throws IllegalArgumentException unless {@link #isPolynomial}
   */
  public PolynomialProtocol protocol() {
    return PolynomialProtocol.named(label());
  }
}
