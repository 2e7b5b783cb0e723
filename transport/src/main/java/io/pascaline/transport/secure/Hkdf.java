// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/** HKDF (RFC 5869), HMAC and SHA-256, as the handshake calls them. */
final class Hkdf {
  static final int HASH_BYTES = 32;

  private Hkdf() {}

  static byte[] extract(byte[] salt, byte[] secret) {
    return new HKDFBytesGenerator(new SHA256Digest()).extractPRK(salt, secret);
  }

  static byte[] expand(byte[] key, byte[] info, int lengthBytes) {
    HKDFBytesGenerator generator = new HKDFBytesGenerator(new SHA256Digest());
    generator.init(HKDFParameters.skipExtractParameters(key, info));
    byte[] out = new byte[lengthBytes];
    generator.generateBytes(out, 0, lengthBytes);
    return out;
  }

  /** Expands with a label, a zero byte and a digest as the info. */
  static byte[] expand(byte[] key, String label, byte[] digest, int lengthBytes) {
    byte[] text = label.getBytes(StandardCharsets.US_ASCII);
    byte[] info = new byte[text.length + 1 + digest.length];
    System.arraycopy(text, 0, info, 0, text.length);
    System.arraycopy(digest, 0, info, text.length + 1, digest.length);
    return expand(key, info, lengthBytes);
  }

  static byte[] mac(byte[] key, byte[] digest) {
    HMac mac = new HMac(new SHA256Digest());
    mac.init(new KeyParameter(key));
    mac.update(digest, 0, digest.length);
    byte[] out = new byte[HASH_BYTES];
    mac.doFinal(out, 0);
    return out;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
