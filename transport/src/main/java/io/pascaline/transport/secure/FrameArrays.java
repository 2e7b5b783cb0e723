// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

/**
 * Arrays in which the sealed channels of one node seal and open frames. A channel finishes one
 * frame before any channel begins the next frame of that direction. So all links of a node can
 * share the arrays. The arrays grow to the longest frame. For one thread.
 */
public final class FrameArrays {
  private byte[] plainOut = new byte[0];
  private byte[] sealedOut = new byte[0];
  private byte[] sealedIn = new byte[0];
  private byte[] plainIn = new byte[0];

  /** Begins with empty arrays. */
  public FrameArrays() {}

  /** Reserves room for the frame that a channel seals next. */
  void reserveForSealing(int plainLength, int overheadLength) {
    if (plainOut.length < plainLength) {
      plainOut = new byte[plainLength];
      sealedOut = new byte[plainLength + overheadLength];
    }
  }

  /** Reserves room for the frame that a channel opens next. */
  void reserveForOpening(int sealedLength) {
    if (sealedIn.length < sealedLength) {
      sealedIn = new byte[sealedLength];
      plainIn = new byte[sealedLength];
    }
  }

  byte[] plainOut() {
    return plainOut;
  }

  byte[] sealedOut() {
    return sealedOut;
  }

  byte[] sealedIn() {
    return sealedIn;
  }

  byte[] plainIn() {
    return plainIn;
  }
}
