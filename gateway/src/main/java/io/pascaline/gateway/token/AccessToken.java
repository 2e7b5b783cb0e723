// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.token;

import io.pascaline.protocols.random.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Bearer tokens of clients: 256 random bits, so that a plain hash of one tells nothing about it and
 * nobody finds one by trying.
 */
public final class AccessToken {
  /** What every token starts with, for programs that look for secrets in texts. */
  public static final String PREFIX = "pascaline_";

  private static final int RANDOM_BYTES = 32;

  private AccessToken() {}

  /** Returns a fresh token. */
  public static String generate(SecureRandom random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Returns the SHA-256 of a token, by which gateways know it. */
  public static byte[] hash(String token) {
    return Sha256.of(token.getBytes(StandardCharsets.UTF_8));
  }
}
