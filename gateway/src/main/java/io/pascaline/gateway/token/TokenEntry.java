// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.token;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a file of tokens: {@code NAME sha256:HEX [expires=INSTANT]}. The hash is no secret.
 *
 * @param client whose token it is; two tokens of one client share its quota
 * @param hash SHA-256 of the token
 * @param expires from when on it is refused; empty if never
 */
public record TokenEntry(String client, byte[] hash, Optional<Instant> expires) {
  private static final Pattern LINE =
      Pattern.compile(
          "(?<client>[A-Za-z0-9._@-]{1,64})\\s+sha256:(?<hash>[0-9a-f]{64})"
              + "(\\s+expires=(?<expires>\\S+))?");

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static TokenEntry parse(String line) {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      // The line stays unsaid: it may be a token that was pasted instead of its hash.
      throw new IllegalArgumentException(
          "a line must be NAME sha256:HEX, and may end with expires=2027-01-31T00:00:00Z");
    }
    try {
      return new TokenEntry(
          parts.group("client"),
          HexFormat.of().parseHex(parts.group("hash")),
          Optional.ofNullable(parts.group("expires")).map(Instant::parse));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "expires is no time such as 2027-01-31T00:00:00Z: " + parts.group("expires"), e);
    }
  }

  /**
   * Returns the entry of a fresh token.
   *
   * @throws IllegalArgumentException if a client cannot be called so
   */
  public static TokenEntry of(String client, String token, Optional<Instant> expires) {
    return parse(new TokenEntry(client, AccessToken.hash(token), expires).line());
  }

  /** Returns whether the token is refused by its age. */
  public boolean hasExpired(Instant now) {
    return expires.isPresent() && !now.isBefore(expires.get());
  }

  /** Returns the line. */
  public String line() {
    return client
        + " sha256:"
        + HexFormat.of().formatHex(hash)
        + expires.map(instant -> " expires=" + instant).orElse("");
  }

  /** Prints the client alone. */
  @Override
  public String toString() {
    return "TokenEntry[" + client + "]";
  }
}
