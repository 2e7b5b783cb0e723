// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.gateway.token.AccessToken;
import io.pascaline.gateway.token.TokenEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** A client's token for one gateway, as one line in a file that only its owner may read. */
public final class TokenSecretFile {
  private TokenSecretFile() {}

  /**
   * Writes a fresh token.
   *
   * @param path a file that must not exist yet
   * @param client whose token it is
   * @param expires from when on the gateway refuses it; empty if never
   * @param random where it comes from
   * @return the line for the gateway's file of tokens
   * @throws CommandFault if the file exists, is a folder or cannot be written, or if no client can
   *     be called so
   */
  public static String generate(
      Path path, String client, Optional<Instant> expires, SecureRandom random) {
    String token = AccessToken.generate(random);
    TokenEntry entry;
    try {
      entry = TokenEntry.of(client, token, expires);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          "--token '" + client + "' is no name of a client",
          "use up to 64 letters, digits and the characters . _ @ -",
          e);
    }
    byte[] line = (token + "\n").getBytes(StandardCharsets.US_ASCII);
    try {
      OwnerOnly.create("token file", path, line);
    } finally {
      Arrays.fill(line, (byte) 0);
    }
    return entry.line();
  }
}
