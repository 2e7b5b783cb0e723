// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import io.pascaline.actors.settings.OwnerOnly;
import io.pascaline.actors.settings.SettingsFault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * A key of 32 bytes that the dealer shares with one party, as one line of Base64 in a file that
 * only its owner may read.
 */
public final class KeyFile {
  /** Bytes of a key. */
  public static final int KEY_BYTES = 32;

  private static final int MAX_FILE_BYTES = 1_024;

  private KeyFile() {}

  /**
   * Writes a fresh key.
   *
   * @param path a file that must not exist yet: a key that is in use is not to be lost
   * @param random where the key comes from
   * @throws SettingsFault if the file exists, is a folder or cannot be written
   */
  public static void generate(Path path, SecureRandom random) {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    byte[] line = (Base64.getEncoder().encodeToString(key) + "\n").getBytes(StandardCharsets.UTF_8);
    Arrays.fill(key, (byte) 0);
    try {
      OwnerOnly.create("key file", path, line);
    } finally {
      Arrays.fill(line, (byte) 0);
    }
  }

  /**
   * Reads a key.
   *
   * @param path the file
   * @return 32 bytes, the caller's
   * @throws SettingsFault if it is missing, open to others or holds no key
   */
  public static byte[] read(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new SettingsFault(
          "key file " + path + " does not exist",
          "make one with 'pascaline keygen --out FILE' and give the same file to dealer and party");
    }
    try {
      OwnerOnly.require("key file", path);
      byte[] bytes;
      try (InputStream in = Files.newInputStream(path)) {
        bytes = in.readNBytes(MAX_FILE_BYTES);
      }
      byte[] key =
          Base64.getDecoder().decode(new String(bytes, StandardCharsets.ISO_8859_1).strip());
      if (key.length == KEY_BYTES) {
        return key;
      }
    } catch (IOException e) {
      throw new SettingsFault(
          "key file " + path + " cannot be read (" + e.getMessage() + ")",
          "check its permissions",
          e);
    } catch (IllegalArgumentException e) {
      // The decoder's message quotes the text, which may be most of a key: it stays unsaid.
      throw noKey(path);
    }
    throw noKey(path);
  }

  private static SettingsFault noKey(Path path) {
    return new SettingsFault(
        "key file " + path + " holds no key (" + KEY_BYTES + " bytes in Base64)",
        "make one with 'pascaline keygen --out FILE'");
  }
}
