// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.RangeViolation;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A client's answer.
 *
 * @param logits the last layer's output as real numbers; {@link #answer} is what the model makes of
 *     it
 * @param logitWords the same as reconstructed, at the plan's output scale, in the form in which the
 *     plan's ring travels
 * @param onlineLatencyNs from sharing the input to the reconstructed output
 * @param warnings what is out of the plan's range, of the input and of the answer; if there is
 *     anything, the answer may be wrong
 * @param modelVersion which version of the model has answered: the start of its plan's digest; see
 *     {@link #version}
 */
public record InferenceResult(
    float[] logits,
    int[] logitWords,
    long onlineLatencyNs,
    List<RangeViolation> warnings,
    String modelVersion) {
  private static final int VERSION_BYTES = 8;

  /** Copies the list. */
  public InferenceResult {
    warnings = List.copyOf(warnings);
  }

  /** Makes an answer without warnings. */
  public InferenceResult(float[] logits, int[] logitWords, long onlineLatencyNs) {
    this(logits, logitWords, onlineLatencyNs, List.of(), "");
  }

  /** Returns the version of a plan, as parties and gateways name it: 16 hexadecimal digits. */
  public static String version(NetworkPlan plan) {
    return HexFormat.of().formatHex(plan.digest(), 0, VERSION_BYTES);
  }

  /**
   * Returns the same with what is out of range, and the plan's version.
   *
   * @param plan of the network, whose output layer's bound the answer is compared with
   * @param ofInput what {@link NetworkPlan#checkInput} gave
   */
  public InferenceResult checked(NetworkPlan plan, Optional<RangeViolation> ofInput) {
    List<RangeViolation> found = new ArrayList<>();
    ofInput.ifPresent(found::add);
    plan.checkOutput(logitWords).ifPresent(found::add);
    return new InferenceResult(logits, logitWords, onlineLatencyNs, found, version(plan));
  }

  /**
   * Returns the model's answer: what follows its last layer, such as a softmax, is applied to the
   * logits here.
   *
   * @param plan of the network
   * @return a new array, row-major
   */
  public float[] answer(NetworkPlan plan) {
    return plan.outputTransform().apply(logits);
  }

  /**
   * Returns the class that the model answers: the largest logit's, or what the model makes of its
   * logits where it ends in another choice, such as the smallest.
   *
   * @param plan of the network
   * @return class index
   * @throws IllegalArgumentException if the answer is not a single class, as where each pixel has
   *     one
   */
  public int prediction(NetworkPlan plan) {
    return plan.outputTransform().classOf(logits);
  }

  /** Prints the number of logits, never their values. */
  @Override
  public String toString() {
    return "InferenceResult[logits="
        + logits.length
        + ", onlineLatencyNs="
        + onlineLatencyNs
        + ", warnings="
        + warnings
        + "]";
  }
}
