// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.token;

import io.pascaline.gateway.http.FileRights;
import io.pascaline.gateway.http.WatchedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The tokens that a gateway accepts, as a file has them; read again when the file changes. A file
 * that cannot be understood then changes nothing. Thread-safe.
 */
public final class TokenFile {
  private static final int MAX_TOKENS = 4096;
  private static final long MAX_BYTES = 1 << 20;

  private final Path path;
  private final WatchedFiles watched;
  private volatile List<TokenEntry> entries;

  private TokenFile(Path path) {
    this.path = path;
    watched = new WatchedFiles(List.of(path));
    entries = read();
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it cannot be read or understood, names a token twice, or if
   *     everybody can write it; the message names the line
   */
  public static TokenFile open(Path path) {
    return new TokenFile(path);
  }

  /**
   * Reads the file again if it has changed.
   *
   * @return whether it has
   * @throws IllegalArgumentException if it cannot be read or understood; the former tokens hold
   */
  public boolean reloadIfChanged() {
    if (!watched.hasChanged()) {
      return false;
    }
    entries = read();
    watched.markRead();
    return true;
  }

  /** Returns the names of all clients. */
  public Set<String> clients() {
    return names(entry -> true);
  }

  /** Returns the names of the clients that have a token which has not expired. */
  public Set<String> clientsAt(Instant now) {
    return names(entry -> !entry.hasExpired(now));
  }

  private Set<String> names(Predicate<TokenEntry> wanted) {
    return entries.stream().filter(wanted).map(TokenEntry::client).collect(Collectors.toSet());
  }

  /**
   * Returns the entry of a token, expired or not; null if there is none. Takes the same time for
   * every token that is not in the file.
   */
  public TokenEntry findOrNull(String token) {
    byte[] hash = AccessToken.hash(token);
    TokenEntry found = null;
    for (TokenEntry entry : entries) {
      if (MessageDigest.isEqual(entry.hash(), hash)) {
        found = entry;
      }
    }
    return found;
  }

  private List<TokenEntry> read() {
    List<String> lines;
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw new IllegalArgumentException("tokens file " + path + " is larger than 1 MiB");
      }
      FileRights.requireProtected("tokens file", path);
      lines = Files.readAllLines(path);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "tokens file " + path + " cannot be read (" + e.getMessage() + ")", e);
    }
    List<TokenEntry> read = new ArrayList<>();
    Map<String, Integer> lineOfHash = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        try {
          TokenEntry entry = TokenEntry.parse(line);
          Integer other = lineOfHash.put(HexFormat.of().formatHex(entry.hash()), i + 1);
          if (other != null) {
            // Whose it is, and until when, would depend on the order.
            throw new IllegalArgumentException("has the token of line " + other + ": delete one");
          }
          read.add(entry);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "tokens file " + path + " line " + (i + 1) + ": " + e.getMessage(), e);
        }
      }
    }
    if (read.size() > MAX_TOKENS) {
      throw new IllegalArgumentException(
          "tokens file " + path + " has " + read.size() + " tokens, at most " + MAX_TOKENS);
    }
    return List.copyOf(read);
  }
}
