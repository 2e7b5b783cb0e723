// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import io.pascaline.protocols.random.CorrelationKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that a party's store of an epoch is encrypted with: HMAC-SHA-256 under the key that it
 * shares with the dealer, of a name of its own and the epoch's salt. The masks' keys come from
 * HKDF-Extract, where that key is the message, so the two have no input in common.
 */
final class StoreKey {
  private static final byte[] NAME = "pascaline store".getBytes(StandardCharsets.US_ASCII);

  private StoreKey() {}

  static byte[] of(CorrelationKey dealerKey, byte[] epochSalt) {
    byte[] key = dealerKey.encoded();
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update(NAME);
      return mac.doFinal(epochSalt);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }
}
