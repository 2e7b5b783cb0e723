// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

/** What a frame can say: every message of the schema. */
enum FrameKind {
  HELLO,
  HEARTBEAT,
  ACKNOWLEDGE,
  GOODBYE,
  EPOCH_START,
  SESSION_OPEN,
  REQUEST_ABORT,
  FAILURE,
  CREDIT,
  SESSION_CHECK,
  WITNESS_DIGEST,
  INPUT_SHARE,
  OUTPUT_SHARE,
  MASKED_TENSOR,
  CORRECTION;

  /** Returns whether roles say it to each other; the rest is between their links. */
  boolean isMessage() {
    return compareTo(GOODBYE) > 0;
  }
}
