// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import io.pascaline.transport.secure.PrivateIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;

/** The private key of a role's identity, as one line in a file that only its owner may read. */
public final class IdentityFile {
  private static final int MAX_FILE_BYTES = 1_024;

  private IdentityFile() {}

  /**
   * Writes a fresh identity.
   *
   * @param path a file that must not exist yet
   * @param random where it comes from
   * @return the identity; its public key is for the remotes
   * @throws SettingsFault if the file exists, is a folder or cannot be written
   */
  public static PrivateIdentity generate(Path path, SecureRandom random) {
    PrivateIdentity identity = PrivateIdentity.generate(random);
    byte[] line = identity.encode();
    try {
      OwnerOnly.create("identity file", path, line);
    } finally {
      Arrays.fill(line, (byte) 0);
    }
    return identity;
  }

  /**
   * Reads an identity.
   *
   * @param path the file
   * @throws SettingsFault if it is missing, open to others or holds no identity
   */
  public static PrivateIdentity read(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new SettingsFault(
          "identity file " + path + " does not exist",
          "make one with 'pascaline keygen --identity --out FILE'");
    }
    try {
      OwnerOnly.require("identity file", path);
      byte[] bytes;
      try (InputStream in = Files.newInputStream(path)) {
        bytes = in.readNBytes(MAX_FILE_BYTES);
      }
      String line = new String(bytes, StandardCharsets.ISO_8859_1);
      Arrays.fill(bytes, (byte) 0);
      return PrivateIdentity.parse(line);
    } catch (IOException e) {
      throw new SettingsFault(
          "identity file " + path + " cannot be read (" + e.getMessage() + ")",
          "check its permissions",
          e);
    } catch (IllegalArgumentException e) {
      throw new SettingsFault(
          "identity file " + path + " holds no identity",
          "make one with 'pascaline keygen --identity --out FILE'");
    }
  }
}
