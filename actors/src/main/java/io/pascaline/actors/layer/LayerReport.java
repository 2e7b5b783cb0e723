// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.protocols.share.Share;
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
   * The network's output share.
   *
   * @param epoch the epoch
   * @param number the session
   * @param share the share
   */
  record Output(long epoch, long number, Share share) implements LayerReport {}

  /**
   * A message came that no honest peer sends, and was dropped.
   *
   * @param epoch the epoch
   */
  record Ignored(long epoch) implements LayerReport {}

  /**
   * A session cannot go on.
   *
   * @param epoch the epoch
   * @param number the session, or -1 where the whole epoch is meant
   * @param reason the typed reason
   * @param detail one line
   */
  record Failed(long epoch, long number, AbortReason reason, String detail)
      implements LayerReport {}
}
