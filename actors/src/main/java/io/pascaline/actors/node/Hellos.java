package io.pascaline.actors.node;

import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import java.security.SecureRandom;

/** What nodes say of themselves; every call draws a new node id and nonce. */
public final class Hellos {
  /** Version of the conversation between actors; peers of another one are refused. */
  public static final int PROTOCOL_VERSION = 2;

  private static final SecureRandom RANDOM = new SecureRandom();

  private Hellos() {}

  /** A party's Hello. */
  public static LinkMessage.Hello party(
      final int partyId, final byte[] planDigest, final byte[] sharingId) {
    return hello(Role.PARTY, partyId, planDigest, sharingId);
  }

  /** A dealer's Hello. */
  public static LinkMessage.Hello dealer(final byte[] planDigest) {
    return hello(Role.DEALER, -1, planDigest, new byte[LinkMessage.SHARING_ID_BYTES]);
  }

  /** A client's Hello. */
  public static LinkMessage.Hello client(final byte[] planDigest) {
    return hello(Role.CLIENT, -1, planDigest, new byte[LinkMessage.SHARING_ID_BYTES]);
  }

  private static LinkMessage.Hello hello(
      final Role role, final int partyId, final byte[] planDigest, final byte[] sharingId) {
    final byte[] nonce = new byte[LinkMessage.NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    return new LinkMessage.Hello(
        role, partyId, RANDOM.nextLong(), PROTOCOL_VERSION, planDigest, sharingId, nonce);
  }
}
