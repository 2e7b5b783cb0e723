// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import io.pascaline.layers.format.ReplacedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * The folder of one role, locked for as long as its files are open. Nobody but the owner may touch
 * it, where the file system knows owners.
 */
final class StateDirectory {
  private static final String LOCK = "lock";
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  private StateDirectory() {}

  static RoleState open(StateSettings settings, StateRole role) {
    Path directory = settings.directory().toAbsolutePath();
    try {
      create(directory);
      FileChannel lock = lock(directory);
      try {
        FileWatermark watermark = FileWatermark.open(directory, role, lock);
        AuditLog audit = AuditLog.off();
        try {
          if (settings.audit()) {
            audit = FileAuditLog.create(directory, role);
          }
          CorrectionStore store =
              settings.storeSessions() > 0
                  ? FileCorrectionStore.open(directory, settings)
                  : CorrectionStore.none();
          return new RoleState(watermark, audit, store, Reservation.BLOCK);
        } catch (IOException | RuntimeException refused) {
          audit.close();
          watermark.close();
          throw refused;
        }
      } catch (IOException | RuntimeException refused) {
        lock.close();
        throw refused;
      }
    } catch (IOException unusable) {
      throw new StateException(
          "state-directory "
              + directory
              + " cannot be used ("
              + unusable.getMessage()
              + "): check its owner and the free space",
          unusable);
    }
  }

  private static void create(Path directory) throws IOException {
    boolean posix = knowsOwners(directory);
    if (!Files.isDirectory(directory)) {
      FileAttribute<?>[] ownerOnly =
          posix
              ? new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
              }
              : new FileAttribute<?>[0];
      Files.createDirectory(directory, ownerOnly);
      ReplacedFile.forceFolder(directory.getParent());
    }
    if (posix) {
      Set<PosixFilePermission> open = Files.getPosixFilePermissions(directory);
      open.retainAll(OTHERS);
      if (!open.isEmpty()) {
        throw new StateException(
            "state-directory " + directory + " is open to others: run chmod 700 " + directory);
      }
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            ownerOnly(directory));
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException held) {
      // This very process has it; refused below like anybody else's.
    }
    channel.close();
    throw new StateException(
        "state-directory "
            + directory
            + " is in use: end the other process, or give each role a folder of its own");
  }

  /** Attributes of a new file that nobody but its owner may touch. */
  static FileAttribute<?>[] ownerOnly(Path directory) {
    return knowsOwners(directory)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean knowsOwners(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
