// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import java.security.SecureRandom;

/** What nodes say of themselves; every call draws a new node id and nonce. */
public final class Hellos {
  /** Version of the conversation between actors; peers of another one are refused. */
  public static final int PROTOCOL_VERSION = 6;

  private static final SecureRandom RANDOM = new SecureRandom();

  private Hellos() {}

  /**
   * Returns a party's Hello.
   *
   * @param maxBatch images that it takes in one session
   */
  public static LinkMessage.Hello party(
      int partyId, byte[] planDigest, byte[] sharingId, int maxBatch) {
    return hello(Role.PARTY, partyId, planDigest, sharingId, maxBatch);
  }

  /** Returns a dealer's Hello. */
  public static LinkMessage.Hello dealer(byte[] planDigest) {
    return hello(Role.DEALER, -1, planDigest, new byte[LinkMessage.SHARING_ID_BYTES], 0);
  }

  /** Returns a client's Hello. */
  public static LinkMessage.Hello client(byte[] planDigest) {
    return hello(Role.CLIENT, -1, planDigest, new byte[LinkMessage.SHARING_ID_BYTES], 0);
  }

  private static LinkMessage.Hello hello(
      Role role, int partyId, byte[] planDigest, byte[] sharingId, int maxBatch) {
    byte[] nonce = new byte[LinkMessage.NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    return new LinkMessage.Hello(
        role, partyId, RANDOM.nextLong(), PROTOCOL_VERSION, planDigest, sharingId, nonce, maxBatch);
  }
}
