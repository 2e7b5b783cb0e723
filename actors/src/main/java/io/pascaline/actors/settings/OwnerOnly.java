// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that nobody but their owner may touch, where the file system knows owners. */
public final class OwnerOnly {
  private static final Set<PosixFilePermission> READ_AND_WRITE =
      PosixFilePermissions.fromString("rw-------");

  private OwnerOnly() {}

  /** For making such a file. */
  public static FileAttribute<?>[] attributes() {
    return hasOwners()
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(READ_AND_WRITE)}
        : new FileAttribute<?>[0];
  }

  /**
   * Writes such a file.
   *
   * @param kind what the file holds, for instance "key file"
   * @param path a file that must not exist yet: a secret that is in use is not to be lost
   * @param content all of it
   * @throws SettingsFault if the file exists, is a folder or cannot be written
   */
  public static void create(String kind, Path path, byte[] content) {
    if (Files.isDirectory(path)) {
      throw new SettingsFault(path + " is a folder", "name a file in it for the key");
    }
    try {
      Files.createFile(path, attributes());
      Files.write(path, content);
    } catch (FileAlreadyExistsException e) {
      throw new SettingsFault(
          kind + " " + path + " exists already", "name another file, or delete it first", e);
    } catch (IOException e) {
      throw new SettingsFault(
          kind + " " + path + " cannot be written (" + e.getMessage() + ")",
          "check that its folder exists and is yours",
          e);
    }
  }

  /**
   * Refuses a file that others may touch: what is secret in it may be known by now.
   *
   * @param kind what the file holds, for instance "key file"
   * @param path an existing file
   * @throws SettingsFault if others have any right to it
   */
  public static void require(String kind, Path path) throws IOException {
    if (hasOwners() && !READ_AND_WRITE.containsAll(Files.getPosixFilePermissions(path))) {
      throw new SettingsFault(
          kind + " " + path + " is secret but open to others than its owner",
          "run: chmod 600 " + path);
    }
  }

  private static boolean hasOwners() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }
}
