// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import io.pascaline.transport.link.LinkMessage;

/**
 * How a server tells the dealer that an epoch was lost. One link serves all its clients, so the
 * message names the client by the nonce of its Hello: it is an announcement of no epoch.
 */
public final class LostEpoch {
  private static final byte[] NONE = new byte[LinkMessage.NONCE_BYTES];

  private LostEpoch() {}

  /** Returns the message about the epoch of a client. */
  public static LinkMessage.EpochStart of(byte[] clientNonce) {
    return new LinkMessage.EpochStart(LinkMessage.NO_EPOCH, NONE, NONE, clientNonce, NONE);
  }
}
