// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collections;
import java.util.Set;

/** What others may do with a file, where the file system knows owners. */
public final class FileRights {
  private static final Set<PosixFilePermission> HARMFUL_TO_SECRETS =
      Set.of(
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);
  private static final Set<PosixFilePermission> HARMFUL_TO_LISTS =
      Set.of(PosixFilePermission.OTHERS_WRITE);

  private FileRights() {}

  /**
   * Refuses a secret that others than its owner and group can read: it may be known by now.
   *
   * @param kind what the file holds, for the message
   * @param path an existing file
   * @throws IllegalArgumentException if others can read it, or others or its group can write it
   * @throws IOException if its attributes cannot be read
   */
  public static void requireSecret(String kind, Path path) throws IOException {
    if (has(path, HARMFUL_TO_SECRETS)) {
      throw new IllegalArgumentException(
          kind
              + " "
              + path
              + " is secret but open to others than its owner and group: run 'chmod 640 "
              + path
              + "'");
    }
  }

  /**
   * Refuses a file that everybody can write.
   *
   * @param kind what the file holds, for the message
   * @param path an existing file
   * @throws IllegalArgumentException if others than its owner and group can write it
   * @throws IOException if its attributes cannot be read
   */
  public static void requireProtected(String kind, Path path) throws IOException {
    if (has(path, HARMFUL_TO_LISTS)) {
      throw new IllegalArgumentException(
          kind + " " + path + " can be written by everybody: run 'chmod o-w " + path + "'");
    }
  }

  private static boolean has(Path path, Set<PosixFilePermission> rights) throws IOException {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        && !Collections.disjoint(Files.getPosixFilePermissions(path), rights);
  }
}
