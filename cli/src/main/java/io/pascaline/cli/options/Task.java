// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.linear.Shape;
import java.util.Locale;

/** What a network's outputs are. */
public enum Task {
  /** One score for each class, of which the answer is the one that the model prefers. */
  CLASSIFICATION,
  /** Values, which are the answer. */
  REGRESSION;

  /**
   * Returns the task of a network.
   *
   * @param wordOrNull what the user says
   * @param plan of the network
   * @return what the user says, or else a classification if the answer is one class of several
   * @throws CommandFault if there is no such task, or the network does not answer with one class
   */
  static Task of(String wordOrNull, NetworkPlan plan) {
    int elementCount = plan.outputElementCount();
    int classCount = plan.outputTransform().classCount(elementCount);
    if (wordOrNull == null) {
      return elementCount > 1 && classCount > 1 && isVector(plan) ? CLASSIFICATION : REGRESSION;
    }
    if (wordOrNull.equals(REGRESSION.label())) {
      return REGRESSION;
    }
    if (!wordOrNull.equals(CLASSIFICATION.label())) {
      throw new CommandFault(
          "--task " + wordOrNull + " is unknown", "give classification or regression");
    }
    if (classCount < 2) {
      throw new CommandFault(
          "--task classification: an answer of "
              + plan.name()
              + " is "
              + (elementCount == 1 ? "one value" : elementCount + " values")
              + ", not one class",
          "leave --task out, and take the values from --output FILE");
    }
    return CLASSIFICATION;
  }

  /** Returns whether the output has one axis; a map of values has more. */
  private static boolean isVector(NetworkPlan plan) {
    Shape shape = plan.outputLayer().outputShape();
    for (int i = 0; i < shape.rank(); i++) {
      if (shape.dim(i) != 1 && shape.dim(i) != shape.elementCount()) {
        return false;
      }
    }
    return true;
  }

  /** Returns the word on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
