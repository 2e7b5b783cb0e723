// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import io.pascaline.transport.link.AbortReason;

/** What a layer tells its party. */
public sealed interface LayerReport {
  /** Returns the epoch it speaks of; reports of an older one are void. */
  long epoch();

  /**
   * A correlation is ready, or there will be none: it is lost, or its image's session has ended.
   *
   * @param epoch the epoch
   * @param imageNumber the image that it is for
   */
  record Prepared(long epoch, long imageNumber) implements LayerReport {}

  /**
   * What the dealer has to give for an image is here, in memory or in store, or cannot be used.
   *
   * @param epoch the epoch
   * @param imageNumber the image
   */
  record Stored(long epoch, long imageNumber) implements LayerReport {}

  /**
   * The layer has done its part of a check of the dealer, and has found nothing wrong.
   *
   * @param epoch the epoch
   * @param imageNumber the number that was checked, which no session has
   */
  record Checked(long epoch, long imageNumber) implements LayerReport {}

  /**
   * A message came that no honest peer sends, and was dropped.
   *
   * @param epoch the epoch
   */
  record Ignored(long epoch) implements LayerReport {}

  /**
   * A session cannot continue. If the image belongs to no session yet, none that gets it could.
   *
   * @param epoch the epoch
   * @param imageNumber an image of the session: the one whose correlation is lost, or the first
   * @param reason the typed reason
   * @param detail one line
   * @param origin where the failure comes from
   */
  record Failed(
      long epoch, long imageNumber, AbortReason reason, String detail, FailureOrigin origin)
      implements LayerReport {}

  /** Where a failure comes from. */
  enum FailureOrigin {
    /** What the dealer sent. */
    DEALER,
    /** Anything else: the peer, a link or this party. */
    OTHER
  }

  /**
   * The layer cannot continue, nor can any session that has to pass it.
   *
   * @param epoch the epoch
   * @param reason the typed reason
   * @param detail one line
   */
  record EpochFailed(long epoch, AbortReason reason, String detail) implements LayerReport {}
}
