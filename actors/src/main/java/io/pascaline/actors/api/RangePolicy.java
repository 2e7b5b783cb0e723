// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

/** What a client does with an input or an answer that is out of the plan's range. */
public enum RangePolicy {
  /** Gives the answer, and says in {@link InferenceResult#warnings()} that it may be wrong. */
  WARN,
  /** Sends no such input and gives no such answer; a {@code RangeException} says why. */
  REFUSE
}
