// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.random;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HKDF with SHA-256: H. Krawczyk, P. Eronen, "HMAC-based Extract-and-Expand Key Derivation Function
 * (HKDF)", RFC 5869, sections 2.2 and 2.3. Stateless, thread-safe.
 */
final class HkdfSha256 {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int HASH_LENGTH_BYTES = 32;
  private static final int MAX_OUTPUT_LENGTH_BYTES = 255 * HASH_LENGTH_BYTES;

  private HkdfSha256() {}

  /** Returns the pseudo-random key of {@code inputKey}; an empty salt stands for a zero block. */
  static byte[] extract(byte[] salt, byte[] inputKey) {
    byte[] effectiveSalt = salt.length == 0 ? new byte[HASH_LENGTH_BYTES] : salt;
    return keyed(effectiveSalt).doFinal(inputKey);
  }

  /** Returns {@code lengthBytes} bytes of output key for {@code info}. */
  static byte[] expand(byte[] pseudoRandomKey, byte[] info, int lengthBytes) {
    if (lengthBytes < 0 || lengthBytes > MAX_OUTPUT_LENGTH_BYTES) {
      throw new IllegalArgumentException("lengthBytes out of range: " + lengthBytes);
    }
    Mac mac = keyed(pseudoRandomKey);
    byte[] output = new byte[lengthBytes];
    byte[] block = new byte[0];
    int filled = 0;
    for (int counter = 1; filled < lengthBytes; counter++) {
      mac.update(block);
      mac.update(info);
      block = mac.doFinal(new byte[] {(byte) counter});
      int count = Math.min(block.length, lengthBytes - filled);
      System.arraycopy(block, 0, output, filled, count);
      filled += count;
    }
    Arrays.fill(block, (byte) 0);
    return output;
  }

  private static Mac keyed(byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      // Every Java platform must have it.
      throw new IllegalStateException("no " + ALGORITHM, e);
    }
  }
}
