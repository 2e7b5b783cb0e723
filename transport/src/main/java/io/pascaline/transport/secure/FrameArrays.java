// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

/**
 * Where the sealed channels of one node have a frame while they seal or open it. A frame is done
 * with before the next one begins, so that a node with many links needs no array for each. They
 * grow to the longest frame. For one thread.
 */
public final class FrameArrays {
  private byte[] plainOut = new byte[0];
  private byte[] sealedOut = new byte[0];
  private byte[] sealedIn = new byte[0];
  private byte[] plainIn = new byte[0];

  /** Begins with empty arrays. */
  public FrameArrays() {}

  /** Makes room for a frame that is sealed next. */
  void sending(int plainLength, int overheadLength) {
    if (plainOut.length < plainLength) {
      plainOut = new byte[plainLength];
      sealedOut = new byte[plainLength + overheadLength];
    }
  }

  /** Makes room for a frame that is opened next. */
  void receiving(int sealedLength) {
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
