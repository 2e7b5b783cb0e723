// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** From the secret of a handshake and the digests of its {@link Transcript} to keys. */
final class KeySchedule {
  static final String SIGN_INITIATE = "pascaline channel 2: initiator initiates";
  static final String SIGN_RESPOND = "pascaline channel 2: responder responds";
  static final String SIGN_CONFIRM = "pascaline channel 2: initiator confirms";

  private final byte[] master;
  private final byte[] responderConfirms;
  private final byte[] initiatorConfirms;

  /**
   * The keys of a handshake.
   *
   * @param secret of the key agreement; erased
   * @param digest of the messages up to Respond, its signature excluded
   */
  KeySchedule(byte[] secret, byte[] digest) {
    master = Hkdf.extract(digest, secret);
    Arrays.fill(secret, (byte) 0);
    responderConfirms = Hkdf.expand(master, "responder confirms", digest, Hkdf.HASH_BYTES);
    initiatorConfirms = Hkdf.expand(master, "initiator confirms", digest, Hkdf.HASH_BYTES);
  }

  byte[] responderMac(byte[] digest) {
    return Hkdf.mac(responderConfirms, digest);
  }

  byte[] initiatorMac(byte[] digest) {
    return Hkdf.mac(initiatorConfirms, digest);
  }

  /** Returns the keys of what the initiator sends, bound to the whole handshake. */
  DirectionKeys fromInitiator(byte[] digest) {
    return new DirectionKeys(
        Hkdf.expand(master, "initiator to responder", digest, Hkdf.HASH_BYTES));
  }

  /** Returns the keys of what the responder sends, bound to the whole handshake. */
  DirectionKeys fromResponder(byte[] digest) {
    return new DirectionKeys(
        Hkdf.expand(master, "responder to initiator", digest, Hkdf.HASH_BYTES));
  }

  /** Returns the secret of what uses the link, bound to the whole handshake. */
  Exporter exporter(byte[] digest) {
    return new Exporter(Hkdf.expand(master, "exporter", digest, Hkdf.HASH_BYTES));
  }

  /** Returns a name for the conversation, which nobody else knows; never 0. */
  long conversation(byte[] digest) {
    return ByteBuffer.wrap(Hkdf.expand(master, "conversation", digest, Long.BYTES)).getLong() | 1;
  }

  /** Forgets everything; what was derived stays. */
  void erase() {
    Arrays.fill(master, (byte) 0);
    Arrays.fill(responderConfirms, (byte) 0);
    Arrays.fill(initiatorConfirms, (byte) 0);
  }
}
