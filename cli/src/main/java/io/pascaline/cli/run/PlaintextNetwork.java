// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

/** Which network answers are compared with, where its activations were replaced. */
public enum PlaintextNetwork {
  /** The model's own. */
  AS_GIVEN("as given", ""),
  /** The one with polynomials in the place of ReLU, and averages in that of maxima. */
  REPLACED("replaced", ", on the network with its activations replaced"),
  /** The one whose functions are those of the private network, harmonics among them. */
  APPROXIMATED("approximated", ", on the network with its functions approximated");

  private final String label;
  private final String engineSuffix;

  PlaintextNetwork(String label, String engineSuffix) {
    this.label = label;
    this.engineSuffix = engineSuffix;
  }

  /** Returns the word for reports. */
  public String label() {
    return label;
  }

  /** Returns which evaluator ran which network. */
  String describe(String engine) {
    return engine + engineSuffix;
  }
}
