// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import io.pascaline.actors.api.InferenceResult;
import io.pascaline.transport.link.AbortReason;

/**
 * What became of one request.
 *
 * @param number its place among the requests, from 0
 * @param askedNs when the client asked, in virtual time
 * @param latencyNs from then until the client had its answer, or knew that there is none
 * @param resultOrNull the answer
 * @param reasonOrNull why there is none
 * @param detailOrNull the same in one line
 */
public record SimulatedAnswer(
    int number,
    long askedNs,
    long latencyNs,
    InferenceResult resultOrNull,
    AbortReason reasonOrNull,
    String detailOrNull) {
  /** Returns whether there is an answer. */
  public boolean succeeded() {
    return resultOrNull != null;
  }
}
