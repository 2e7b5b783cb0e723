// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import io.pascaline.actors.settings.OwnerOnly;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.gateway.token.AccessToken;
import io.pascaline.gateway.token.TokenEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** A client's token for one gateway, as one line in a file that only its owner may read. */
public final class TokenSecretFile {
  private static final int MAX_FILE_BYTES = 1_024;

  private TokenSecretFile() {}

  /**
   * Writes a fresh token.
   *
   * @param path a file that must not exist yet
   * @param client whose token it is
   * @param expires from when on the gateway refuses it; empty if never
   * @param random where it comes from
   * @return the line for the gateway's file of tokens
   * @throws SettingsFault if the file exists, is a folder or cannot be written, or if no client can
   *     be called so
   */
  public static String generate(
      Path path, String client, Optional<Instant> expires, SecureRandom random) {
    String token = AccessToken.generate(random);
    TokenEntry entry;
    try {
      entry = TokenEntry.of(client, token, expires);
    } catch (IllegalArgumentException e) {
      throw new SettingsFault(
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

  /**
   * Reads a token.
   *
   * @throws SettingsFault if the file is missing, open to others or holds no token
   */
  public static String read(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new SettingsFault(
          "token file " + path + " does not exist",
          "get one from the party's operator, who makes it with 'pascaline keygen --token CLIENT'");
    }
    try (InputStream in = Files.newInputStream(path)) {
      OwnerOnly.require("token file", path);
      String token = new String(in.readNBytes(MAX_FILE_BYTES), StandardCharsets.ISO_8859_1).strip();
      // Its text stays unsaid: it may be most of a token.
      if (token.matches(AccessToken.PREFIX + "[A-Za-z0-9_-]+")) {
        return token;
      }
    } catch (IOException e) {
      throw new SettingsFault(
          "token file " + path + " cannot be read (" + e.getMessage() + ")",
          "check its permissions",
          e);
    }
    throw new SettingsFault(
        "token file " + path + " holds no token", "get one from the party's operator");
  }
}
