// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * What both sides of a handshake have said, as a running SHA-256: the name of the protocol and each
 * message in its canonical form, each after its length (32 bits, big-endian). A message may be read
 * up to some field, to sign or check what stands before it, without becoming part of the
 * transcript; so a forged one leaves no trace. Single-threaded.
 */
final class Transcript {
  private static final byte[] NAME =
      "pascaline channel 2, Ed25519, X25519 + ML-KEM-768, HKDF-SHA-256, AES-256-GCM"
          .getBytes(StandardCharsets.US_ASCII);

  private final MessageDigest sha256;

  /** A transcript in which nothing was said. */
  Transcript() {
    sha256 = Hkdf.sha256();
    update(sha256, NAME, NAME.length);
  }

  /** Adds a message as a whole. */
  void append(HandshakeMessage message) {
    byte[] canonical = message.canonical();
    update(sha256, canonical, canonical.length);
  }

  /** Returns the digest of all messages that were added. */
  byte[] digest() {
    return copy().digest();
  }

  /**
   * Returns the digest of all messages that were added and the beginning of one that was not.
   *
   * @param payloadBytes how many bytes of its payload follow its header
   */
  byte[] digestUpTo(HandshakeMessage message, int payloadBytes) {
    MessageDigest copy = copy();
    update(copy, message.canonical(), HandshakeMessage.HEADER_BYTES + payloadBytes);
    return copy.digest();
  }

  private static void update(MessageDigest digest, byte[] bytes, int length) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, length));
    digest.update(bytes, 0, length);
  }

  private MessageDigest copy() {
    try {
      return (MessageDigest) sha256.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the SHA-256 of every JDK can be copied", e);
    }
  }
}
