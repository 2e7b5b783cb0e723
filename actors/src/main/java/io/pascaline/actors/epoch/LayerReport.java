// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import io.pascaline.transport.link.AbortReason;

/** What a layer tells its party. */
public sealed interface LayerReport {
  /** Returns the epoch it speaks of; reports of an older one are void. */
  long epoch();

  /**
   * A correlation is ready, or was made for a session that has ended and is discarded.
   *
   * @param epoch the epoch
   * @param number the session it is for
   */
  record Prepared(long epoch, long number) implements LayerReport {}

  /**
   * What the dealer has to give for a session is here, in memory or in store.
   *
   * @param epoch the epoch
   * @param number the session
   */
  record Stored(long epoch, long number) implements LayerReport {}

  /**
   * The layer has done its part of a check of the dealer, and has found nothing wrong.
   *
   * @param epoch the epoch
   * @param number the number that was checked
   */
  record Checked(long epoch, long number) implements LayerReport {}

  /**
   * A message came that no honest peer sends, and was dropped.
   *
   * @param epoch the epoch
   */
  record Ignored(long epoch) implements LayerReport {}

  /**
   * A session cannot continue.
   *
   * @param epoch the epoch
   * @param number the session
   * @param reason the typed reason
   * @param detail one line
   * @param isDealers whether what the dealer sent is the cause
   */
  record Failed(long epoch, long number, AbortReason reason, String detail, boolean isDealers)
      implements LayerReport {}

  /**
   * The layer cannot continue, nor can any session that has to pass it.
   *
   * @param epoch the epoch
   * @param reason the typed reason
   * @param detail one line
   */
  record EpochFailed(long epoch, AbortReason reason, String detail) implements LayerReport {}
}
