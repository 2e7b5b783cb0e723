// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.nio.charset.StandardCharsets;

/**
 * Secrets that both ends of a sealed link can derive and nobody else, for keys of protocols above
 * it (as in RFC 8446, 7.5). They come out of the handshake beside the keys of the frames: neither
 * tells anything of the other, and whoever learns the identities' keys later learns none of them.
 * Immutable and thread-safe.
 */
public final class Exporter {
  /** Of links in plaintext, which have no secret. */
  public static final Exporter NONE = new Exporter(new byte[0]);

  /** Length of a derived secret. */
  public static final int SECRET_BYTES = Hkdf.HASH_BYTES;

  private static final byte[] NO_CONTEXT = {};

  private final byte[] secret;

  Exporter(byte[] secret) {
    this.secret = secret;
  }

  /**
   * Returns the secret of a use: of {@value #SECRET_BYTES} bytes, the same at both ends, or of none
   * where links are in plaintext. Secrets of different labels are independent.
   *
   * @param label names the use, in ASCII; not empty
   */
  public byte[] export(String label) {
    if (label.isEmpty() || !StandardCharsets.US_ASCII.newEncoder().canEncode(label)) {
      throw new IllegalArgumentException("label is \"" + label + "\", not a name in ASCII");
    }
    return secret.length == 0
        ? new byte[0]
        : Hkdf.expand(secret, "export " + label, NO_CONTEXT, SECRET_BYTES);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return secret.length == 0 ? "Exporter[none]" : "Exporter[sealed]";
  }
}
