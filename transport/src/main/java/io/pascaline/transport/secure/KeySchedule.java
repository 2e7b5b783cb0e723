// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * From the secret of a handshake and what was said in it to keys. Every digest covers the name of
 * the protocol and the messages so far, each with its length, from the first byte of the first one.
 */
final class KeySchedule {
  static final String SIGN_INITIATE = "pascaline channel 1: initiator initiates";
  static final String SIGN_RESPOND = "pascaline channel 1: listener responds";
  static final String SIGN_CONFIRM = "pascaline channel 1: initiator confirms";

  private static final byte[] NAME =
      "pascaline channel 1, Ed25519, X25519 + ML-KEM-768, HKDF-SHA-256, AES-256-GCM"
          .getBytes(StandardCharsets.US_ASCII);

  private final byte[] master;
  private final byte[] listenerConfirms;
  private final byte[] initiatorConfirms;

  /**
   * The keys of a handshake.
   *
   * @param secret of the key agreement; erased
   * @param digest of the messages up to the listener's, its signature excluded
   */
  KeySchedule(byte[] secret, byte[] digest) {
    master = Hkdf.extract(digest, secret);
    Arrays.fill(secret, (byte) 0);
    listenerConfirms = Hkdf.expand(master, "listener confirms", digest, Hkdf.HASH_BYTES);
    initiatorConfirms = Hkdf.expand(master, "initiator confirms", digest, Hkdf.HASH_BYTES);
  }

  /** Returns the digest of some messages or beginnings of messages, in their canonical form. */
  static byte[] digest(byte[]... messages) {
    MessageDigest sha256 = Hkdf.sha256();
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, NAME.length));
    sha256.update(NAME);
    for (byte[] message : messages) {
      sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, message.length));
      sha256.update(message);
    }
    return sha256.digest();
  }

  byte[] listenerMac(byte[] digest) {
    return Hkdf.mac(listenerConfirms, digest);
  }

  byte[] initiatorMac(byte[] digest) {
    return Hkdf.mac(initiatorConfirms, digest);
  }

  /** Returns the keys of what the initiator sends, bound to the whole handshake. */
  DirectionKeys fromInitiator(byte[] digest) {
    return new DirectionKeys(Hkdf.expand(master, "initiator to listener", digest, Hkdf.HASH_BYTES));
  }

  /** Returns the keys of what the listener sends, bound to the whole handshake. */
  DirectionKeys fromListener(byte[] digest) {
    return new DirectionKeys(Hkdf.expand(master, "listener to initiator", digest, Hkdf.HASH_BYTES));
  }

  /** Returns a name for what the link carries, which nobody else knows; never 0. */
  long conversation(byte[] digest) {
    return ByteBuffer.wrap(Hkdf.expand(master, "conversation", digest, Long.BYTES)).getLong() | 1;
  }

  /** Forgets everything; what was derived stays. */
  void erase() {
    Arrays.fill(master, (byte) 0);
    Arrays.fill(listenerConfirms, (byte) 0);
    Arrays.fill(initiatorConfirms, (byte) 0);
  }
}
